import { SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import type { SourceKind } from '../../../src-shared/model/source-kind.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { extensionFor } from '../../../src-shared/rules/naming.ts';

/** @param dump whether it is one; `null`: there is no database, and files have endings of their own */
const compressions = (dump: boolean | null): Array<{ value: Compression; label: string }> => {
  const ending = (compression: Compression): string =>
    dump === null ? '' : ` (${extensionFor(compression, false, dump)})`;
  return [
    { value: 'gz', label: `gzip${ending('gz')}` },
    { value: 'zst', label: `zstd${ending('zst')}, faster` },
    { value: 'none', label: `as it is${ending('none')}` },
  ];
};

const METHODS: Array<{ value: BackupMethod; label: string }> = [
  { value: 'online', label: 'Copy of its pages' },
  { value: 'compact', label: 'Compacted copy' },
  { value: 'dump', label: 'SQL dump' },
];

const WORDS: Record<BackupMethod, string> = {
  online: 'Exact, and the gentlest for programs that use the database meanwhile. The usual choice.',
  compact: 'Without the space that deleted rows have left. One long statement, which cannot be stopped half way.',
  dump: 'SQL text that any SQLite reads, in any version. It takes longer to write, to verify and to restore.',
};

interface SnapshotFieldsProps {
  label: string;
  sourceKind: SourceKind;
  method: BackupMethod;
  onMethod(method: BackupMethod): void;
  /** The database is encrypted, and its snapshots are not encrypted: it cannot be dumped. */
  noDump: boolean;
  compression: Compression;
  onCompression(compression: Compression): void;
  verify: boolean;
  onVerify(verify: boolean): void;
}

/** How a source is read and its snapshots are stored, and whether each is verified. */
export function SnapshotFields({
  label,
  sourceKind,
  method,
  onMethod,
  noDump,
  compression,
  onCompression,
  verify,
  onVerify,
}: SnapshotFieldsProps) {
  const id = useId();
  const database = sourceKind === 'database';
  return (
    <>
      {database && <MethodField method={method} onMethod={onMethod} noDump={noDump} />}
      <div>
        <Text size="sm" fw={500} id={id} mb={4}>
          {label}
        </Text>
        <SegmentedControl
          aria-labelledby={id}
          data={compressions(database ? method === 'dump' : null)}
          value={compression}
          onChange={(value) => onCompression(value as Compression)}
        />
        {!database && (
          <Text size="xs" c="dimmed" mt={4}>
            Of archives and images. Folders that can be kept with links stay as they are.
          </Text>
        )}
      </div>
      <Switch
        label="Verify each snapshot by restoring it to a temporary location"
        checked={verify}
        onChange={(event) => onVerify(event.currentTarget.checked)}
      />
    </>
  );
}

function MethodField({ method, onMethod, noDump }: Pick<SnapshotFieldsProps, 'method' | 'onMethod' | 'noDump'>) {
  return (
    <Select
      label="Method"
      description={WORDS[method]}
      data={METHODS}
      value={method}
      onChange={(value) => onMethod((value ?? 'online') as BackupMethod)}
      allowDeselect={false}
      error={
        noDump && method === 'dump'
          ? 'The database is encrypted, and a dump of it would be plain text: encrypt the snapshots, or choose another method.'
          : undefined
      }
      maw={420}
    />
  );
}
