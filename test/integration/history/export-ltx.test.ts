import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportSnapshot } from '../../../src-main/core/backup/write-export.ts';
import { rebuildImage } from '../../../src-main/core/engine/history/rebuild-image.ts';
import { LTX, whyNoLitestream } from '../../../tools/litestream-tools.mjs';
import { countEntries, makeDatabase } from '../../support/databases.ts';
import { sha256Of } from '../../support/history-files.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const missing = whyNoLitestream();

/** Writes a database as one LTX file. */
async function exported(folder: string): Promise<string> {
  const [sourcePath, path] = [join(folder, 'app.db'), join(folder, 'app.ltx')];
  makeDatabase(sourcePath, { rows: 700 });
  const descriptor = openSync(path, 'wx');
  const content = { sourcePath, copied: null, method: 'online', schemaVersion: null, check: false } as const;
  const how = { compression: 'gz', encryption: null, ltx: true } as const;
  const { bytes, sha256 } = await exportSnapshot({ ...content, ...how, descriptor }, quietContext(folder));
  closeSync(descriptor);
  expect(bytes).toBe(readFileSync(path).length);
  expect(sha256).toBe(sha256Of(path));
  return path;
}

test('a database is written as one LTX file, from which it is rebuilt', async () => {
  const folder = temporaryFolder();
  const path = await exported(folder);
  const target = join(folder, 'rebuilt.db');
  const files = [{ name: 'app.ltx', pieces: [readFileSync(path)] }];
  await rebuildImage({ files, target, rootHash: null }, quietContext(folder));
  expect(countEntries(target)).toBe(700);
});

test.skipIf(missing !== undefined)(
  `the real ltx verifies and applies it${missing === undefined ? '' : ` (${missing})`}`,
  async () => {
    const folder = temporaryFolder();
    const path = await exported(folder);
    execFileSync(LTX, ['verify', path], { stdio: 'pipe' });
    const target = join(folder, 'applied.db');
    execFileSync(LTX, ['apply', '-db', target, path], { stdio: 'pipe' });
    expect(countEntries(target)).toBe(700);
  },
);
