import { spawnSync } from 'node:child_process';

/** Whether this machine has zstd and pigz, to try what other people's tools pack and unpack. */
export const hasCompressors = ['zstd', 'pigz', 'gzip'].every(
  (tool) => spawnSync(tool, ['--version']).error === undefined,
);
