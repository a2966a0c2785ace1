import { Code, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Params, Result } from '../../../src-shared/contract/methods.ts';
import { client } from '../../api/client.ts';
import { download } from '../../api/download.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';

type Asked = Pick<Params<'compare.sql'>, 'viewId' | 'table'>;

/** So many characters are shown, and saved at most; the command line has no limit. */
const SHOWN = 20_000;
const MOST_SAVED = 64 * 1024 * 1024;

/** The SQL that makes the newer state of the older one, to read and to save. */
export function ComparisonSql(asked: Asked) {
  return (
    <Disclosure title="SQL">
      <Statements {...asked} />
    </Disclosure>
  );
}

function Statements(asked: Asked) {
  const answer = useAnswer('compare.sql', { ...asked, offset: 0 });
  if (answer.value === null) return <Pending answer={answer} label="Writing SQL" />;
  const { sql, next } = answer.value;
  const isWhole = next === null && sql.length <= SHOWN;
  return (
    <>
      <Text size="sm" c="dimmed" mb={4}>
        Makes the newer state of a database in the older one.
        {isWhole ? '' : ' The beginning is shown.'}
      </Text>
      <Code block className="sql-block" tabIndex={0} aria-label="SQL of the differences">
        {sql.slice(0, SHOWN)}
      </Code>
      <Group mt="xs">
        <ActionButton
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          act={() => save(asked)}
        >
          Save SQL
        </ActionButton>
      </Group>
    </>
  );
}

/** @throws SnapkeepError `UNSUPPORTED` for more than a window should hold */
async function save(asked: Asked): Promise<void> {
  const pieces: string[] = [];
  let length = 0;
  for (let offset: number | null = 0; offset !== null; ) {
    const piece: Result<'compare.sql'> = await client.call('compare.sql', { ...asked, offset });
    pieces.push(piece.sql);
    length += piece.sql.length;
    offset = piece.next;
    if (length > MOST_SAVED)
      throw new SnapkeepError('UNSUPPORTED', 'The SQL is larger than 64 MB.', {
        hint: 'Write it to a file on the command line with: snapkeep diff A B --sql > changes.sql',
      });
  }
  download('differences.sql', pieces.join(''), 'application/sql');
}
