import { Button, Checkbox, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { BackupDescription, FoundBackup } from '../../../src-shared/model/third-party/import.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { Pill } from '../../components/status/pill.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { foundBackupInWords, type ImportSource, isNew } from './import-words.ts';

interface FoundBackupRowProps {
  location: ImportSource;
  file: FoundBackup;
  /** The key that was entered for encrypted backups. */
  secret: KeyInput | null;
  chosen: boolean;
  onChosen(chosen: boolean): void;
  /** The backup has been checked, and no saved key opens it. */
  onLocked(): void;
}

/** A backup of another program: its name, and on request its content. */
export function FoundBackupRow({ location, file, secret, chosen, onChosen, onLocked }: FoundBackupRowProps) {
  const [found, setFound] = useState<BackupDescription | null>(null);
  const action = useAction('here');
  const now = useNow();
  const { path, at, atFrom, sizeBytes, importable, snapshotId, notes } = file;
  const examine = (): void =>
    action.run(async () => {
      const key = secret === null ? {} : { key: secret };
      const described = await client.call('imports.describe', { ...location, file: path, ...key });
      setFound(described);
      if (described.locked) onLocked();
    });
  return (
    <li>
      <Checkbox
        aria-label={path}
        checked={chosen}
        disabled={!isNew(file)}
        onChange={(event) => onChosen(event.currentTarget.checked)}
      />
      <div className="wraps">
        <span className="mono">{path}</span>
        <Text size="xs" c="dimmed">
          {[
            `${momentInWords(at, now)}${atFrom === 'file' ? ' (file date)' : ''}`,
            foundBackupInWords(file),
            sizeBytes === null ? '' : bytesInWords(sizeBytes),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        {notes.map((note) => (
          <Text key={note} size="xs" c="dimmed">
            {note}
          </Text>
        ))}
        {found !== null && <Described found={found} />}
        {action.error !== null && (
          <Text size="xs" className="loss" role="alert">
            {action.error.message} {action.error.hint}
          </Text>
        )}
      </div>
      {snapshotId !== null ? (
        <Pill tone="good" icon={<IconCircleCheck size={14} aria-hidden />}>
          Imported
        </Pill>
      ) : importable ? (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={examine}
          loading={action.pending}
          aria-label={`Check: ${path}`}
        >
          Check
        </Button>
      ) : (
        <Text size="xs" c="dimmed">
          cannot be imported
        </Text>
      )}
    </li>
  );
}

function Described({ found: { valid, locked, message } }: { found: BackupDescription }) {
  const Icon = locked ? IconLock : valid ? IconCircleCheck : IconCircleX;
  return (
    <Text size="xs" className={locked ? '' : valid ? 'gain' : 'loss'} role="status">
      <Icon size={13} aria-hidden className="inline-icon" /> {message}
    </Text>
  );
}
