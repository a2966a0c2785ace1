import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('only the folder of platforms asks which system this is', () => {
  const asking = globSync('src-{main,shared,renderer}/**/*.{ts,tsx}').filter((path) =>
    readFileSync(path, 'utf8').includes('process.platform'),
  );
  expect(asking).toEqual(['src-main/platform/platform.ts']);
});
