import { Code, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SqlPiece } from '../../../src-shared/model/rows/sql-piece.ts';
import { download } from '../../api/download.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import type { Loaded } from '../../stores/core.ts';

interface ScriptProps {
  /** Its first piece. */
  answer: Loaded<SqlPiece>;
  read(offset: number): Promise<SqlPiece>;
  label: string;
  /** What it does, as a sentence. */
  about: string;
  fileName: string;
  /** What writes it to a file on the command line. */
  command: string;
}

/** So many characters are shown, and saved at most; the command line has no limit. */
const SHOWN = 20_000;
const MOST_SAVED = 64 * 1024 * 1024;

/** A script in SQL, to read and to save. */
export function SqlScript({ answer, label, about, ...saved }: ScriptProps) {
  if (answer.value === null) return <Pending answer={answer} label="Writing SQL" />;
  const { sql, next } = answer.value;
  const isWhole = next === null && sql.length <= SHOWN;
  return (
    <>
      <Text size="sm" c="dimmed" mb={4}>
        {about}
        {isWhole ? '' : ' The beginning is shown.'}
      </Text>
      <Code block className="sql-block" tabIndex={0} aria-label={label}>
        {sql.slice(0, SHOWN)}
      </Code>
      <Group mt="xs">
        <ActionButton
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          act={() => save(saved)}
        >
          Save SQL
        </ActionButton>
      </Group>
    </>
  );
}

/** @throws SnapkeepError `UNSUPPORTED` for more than a window should hold */
async function save({ read, fileName, command }: Pick<ScriptProps, 'read' | 'fileName' | 'command'>): Promise<void> {
  const pieces: string[] = [];
  let length = 0;
  for (let offset: number | null = 0; offset !== null; ) {
    const piece: SqlPiece = await read(offset);
    pieces.push(piece.sql);
    length += piece.sql.length;
    offset = piece.next;
    if (length > MOST_SAVED)
      throw new SnapkeepError('UNSUPPORTED', 'The SQL is larger than 64 MB.', {
        hint: `Write it to a file on the command line with: ${command}`,
      });
  }
  download(fileName, pieces.join(''), 'application/sql');
}
