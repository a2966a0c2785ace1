import { SegmentedControl, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import type { Compression } from '../../../src-shared/model/values.ts';

const COMPRESSIONS: Array<{ value: Compression; label: string }> = [
  { value: 'gz', label: 'gzip (.db.gz)' },
  { value: 'zst', label: 'zstd (.db.zst), faster' },
  { value: 'none', label: 'as it is (.db)' },
];

interface SnapshotFieldsProps {
  label: string;
  compression: Compression;
  onCompression(compression: Compression): void;
  verify: boolean;
  onVerify(verify: boolean): void;
}

/** How snapshots are stored, and whether each is proven. */
export function SnapshotFields({ label, compression, onCompression, verify, onVerify }: SnapshotFieldsProps) {
  const id = useId();
  return (
    <>
      <div>
        <Text size="sm" fw={500} id={id} mb={4}>
          {label}
        </Text>
        <SegmentedControl
          aria-labelledby={id}
          data={COMPRESSIONS}
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
