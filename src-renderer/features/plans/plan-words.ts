import type { Compression } from '../../../src-shared/model/values.ts';

/** The formats of snapshots as choices. */
export const COMPRESSIONS: Array<{ value: Compression; label: string }> = [
  { value: 'gz', label: 'gzip (.db.gz)' },
  { value: 'zst', label: 'zstd (.db.zst), faster' },
  { value: 'none', label: 'as it is (.db)' },
];
