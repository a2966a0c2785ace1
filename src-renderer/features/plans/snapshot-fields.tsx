import { SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { extensionFor } from '../../../src-shared/rules/naming.ts';

const compressions = (dump: boolean): Array<{ value: Compression; label: string }> => [
  { value: 'gz', label: `gzip (${extensionFor('gz', false, dump)})` },
  { value: 'zst', label: `zstd (${extensionFor('zst', false, dump)}), faster` },
  { value: 'none', label: `as it is (${extensionFor('none', false, dump)})` },
];

const METHODS: Array<{ value: BackupMethod; label: string }> = [
  { value: 'online', label: 'Copy of its pages' },
  { value: 'compact', label: 'Compacted copy' },
  { value: 'dump', label: 'SQL dump' },
];

const WORDS: Record<BackupMethod, string> = {
  online: 'Exact, and the gentlest for programs that use the database meanwhile. The usual choice.',
  compact: 'Without the space that deleted rows have left. One long statement, which cannot be stopped half way.',
  dump: 'SQL text that any SQLite reads, in any version. It takes longer to write, to prove and to restore.',
};

interface SnapshotFieldsProps {
  label: string;
  method: BackupMethod;
  onMethod(method: BackupMethod): void;
  /** The database is encrypted, and its snapshots are not sealed: it cannot be dumped. */
  noDump: boolean;
  compression: Compression;
  onCompression(compression: Compression): void;
  verify: boolean;
  onVerify(verify: boolean): void;
}

/** How a database is read and its snapshots are stored, and whether each is proven. */
export function SnapshotFields({
  label,
  method,
  onMethod,
  noDump,
  compression,
  onCompression,
  verify,
  onVerify,
}: SnapshotFieldsProps) {
  const id = useId();
  return (
    <>
      <Select
        label="Method"
        description={WORDS[method]}
        data={METHODS}
        value={method}
        onChange={(value) => onMethod((value ?? 'online') as BackupMethod)}
        allowDeselect={false}
        error={
          noDump && method === 'dump'
            ? 'The database is encrypted, and a dump of it would be plain text: seal the snapshots, or choose another method.'
            : undefined
        }
        maw={420}
      />
      <div>
        <Text size="sm" fw={500} id={id} mb={4}>
          {label}
        </Text>
        <SegmentedControl
          aria-labelledby={id}
          data={compressions(method === 'dump')}
          value={compression}
          onChange={(value) => onCompression(value as Compression)}
        />
      </div>
      <Switch
        label="Prove each snapshot by restoring it to a scratch place"
        checked={verify}
        onChange={(event) => onVerify(event.currentTarget.checked)}
      />
    </>
  );
}
