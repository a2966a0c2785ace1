import { Input, SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { extensionFor } from '../../../src-shared/rules/names/naming.ts';
import type { PlanFormApi } from './use-plan-form.ts';

/** @param dump whether the method is a SQL dump; `null`: there is no database, and file endings differ */
const compressions = (dump: boolean | null): Array<{ value: Compression; label: string }> => {
  const ending = (compression: Compression): string =>
    dump === null ? '' : ` (${extensionFor(compression, false, dump)})`;
  return [
    { value: 'gz', label: `gzip${ending('gz')}` },
    { value: 'zst', label: `zstd${ending('zst')}, faster` },
    { value: 'none', label: `Uncompressed${ending('none')}` },
  ];
};

const METHODS: Array<{ value: BackupMethod; label: string }> = [
  { value: 'online', label: 'Online backup' },
  { value: 'compact', label: 'Compacted copy' },
  { value: 'dump', label: 'SQL dump' },
];

const WORDS: Record<BackupMethod, string> = {
  online: 'Recommended. An exact copy that barely affects programs using the database.',
  compact: 'Leaves out unused space. Cannot be cancelled while the database is read.',
  dump: 'SQL text that every version of SQLite can read. Slower to back up, verify and restore.',
};

interface SnapshotFieldsProps {
  form: PlanFormApi;
  /** The database is encrypted and its snapshots are not: it cannot be dumped. */
  noDump: boolean;
}

/** The method and compression of backups, and whether each is verified. */
export function SnapshotFields({ form, noDump }: SnapshotFieldsProps) {
  const id = useId();
  const { sourceKind, method } = form.values;
  const database = sourceKind === 'database';
  return (
    <>
      {database && (
        <Select
          label="Method"
          description={WORDS[method]}
          data={METHODS}
          allowDeselect={false}
          maw={420}
          {...form.getInputProps('method')}
          error={
            noDump && method === 'dump'
              ? 'A SQL dump of an encrypted database is plain text. Encrypt the snapshots or choose another method.'
              : undefined
          }
        />
      )}
      <div>
        <Input.Label labelElement="div" display="block" id={id} mb={4}>
          Compression
        </Input.Label>
        <SegmentedControl
          aria-labelledby={id}
          data={compressions(database ? method === 'dump' : null)}
          value={form.values.compression}
          onChange={(value) => form.setFieldValue('compression', value)}
        />
        {!database && (
          <Text size="xs" c="dimmed" mt={4}>
            Applies to archives and images. Folders stored with hard links are not compressed.
          </Text>
        )}
      </div>
      <Switch label="Verify each backup" {...form.getInputProps('verifyAfterBackup', { type: 'checkbox' })} />
    </>
  );
}
