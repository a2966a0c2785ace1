import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { schemasOnFirstUse } from './tools/build/schemas-on-first-use.ts';

export default defineConfig({
  plugins: [schemasOnFirstUse],
  test: {
    include: ['test/{unit,contract,integration}/**/*.test.{ts,tsx}'],
    globalSetup: 'test/support/bundles.ts',
    // They wait for locks, servers and disks, too: three files at a time keep two cores busy.
    maxWorkers: 3,
    // What one process has compiled of the bundles, the next one need not.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'out/compiled-tests') },
    testTimeout: 30_000,
    // Hooks start real servers, five processes for S3 alone.
    hookTimeout: 30_000,
    // What is waited for comes, or the test ends: a busy machine needs more than the second that is usual.
    expect: { poll: { timeout: 30_000 } },
  },
});
