import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { explainError } from '../../src-main/core/engine/engine-errors.ts';
import { stageAndVerify } from '../../src-main/core/verify/verify-file.ts';
import { quietContext } from '../support/quiet-context.ts';
import { readUnpacked } from '../support/read-unpacked.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** Packs bytes with the xz of the machine. */
function xz(bytes: Buffer, ...settings: string[]): Buffer {
  return execFileSync('xz', ['-c', ...settings], { input: bytes, maxBuffer: 1e9 });
}

function databaseBytes(): Buffer {
  const made = new Database(':memory:');
  made.exec('CREATE TABLE t(a, noise)');
  const insert = made.prepare('INSERT INTO t VALUES(?, randomblob(200))');
  for (let row = 0; row < 1500; row++) insert.run(row);
  const bytes = made.serialize();
  made.close();
  return bytes;
}

const database = databaseBytes();

function fileOf(bytes: Buffer): string {
  const path = join(temporaryFolder(), 'app.db.xz');
  writeFileSync(path, bytes);
  return path;
}

/** What a file is found to be: an error's code and message, or what the verification says and how many rows there are. */
async function read(bytes: Buffer) {
  const path = fileOf(bytes);
  try {
    const { verification, imagePath } = await stageAndVerify({ path }, quietContext(temporaryFolder()));
    if (!verification.valid) return { valid: false, message: verification.message };
    const opened = new Database(imagePath, { readonly: true });
    const rows = opened.prepare('SELECT count(*) FROM t').pluck().get();
    opened.close();
    return { valid: true, rows, message: verification.message };
  } catch (error) {
    const { code, message, hint } = explainError(error, path);
    return { code, message, hint };
  }
}

describe('an xz file', () => {
  test.each<[string, () => Buffer]>([
    ['as xz makes it', () => xz(database)],
    ['with the largest dictionary of a level', () => xz(database, '-9e')],
    ['with CRC-32', () => xz(database, '-C', 'crc32')],
    ['without a check', () => xz(database, '-C', 'none')],
    ['in blocks that tell their sizes', () => xz(database, '-T2', '--block-size=50000')],
    [
      'of two streams with padding between them',
      () => Buffer.concat([xz(database.subarray(0, 70_000)), Buffer.alloc(8), xz(database.subarray(70_000))]),
    ],
    ['of a gzip file', () => xz(gzipSync(database))],
    ['in a gzip file', () => gzipSync(xz(database))],
    ['of a dump', () => xz(Buffer.from(`BEGIN;CREATE TABLE t(a);${'INSERT INTO t VALUES(1);'.repeat(1500)}COMMIT;\n`))],
  ])('%s is read', async (_title, make) => {
    expect(await read(make())).toMatchObject({ valid: true, rows: 1500 });
  });

  test('with bytes behind its end is read, and what is left out is said', async () => {
    const garbage = Buffer.concat([xz(database), Buffer.from('left by a full disk')]);
    expect(await read(garbage)).toMatchObject({
      valid: true,
      message: expect.stringContaining('19 bytes after the end'),
    });
    expect(await read(Buffer.concat([xz(database), Buffer.alloc(4096)]))).toMatchObject({ valid: true, rows: 1500 });
    expect(await read(Buffer.concat([xz(database), Buffer.alloc(3)]))).toMatchObject({
      valid: true,
      message: expect.stringContaining('3 bytes of zeros after the end'),
    });
  });

  test('that was cut anywhere, or has one changed bit, is damaged', async () => {
    const whole = xz(database);
    for (let n = 1; n < 40; n++) {
      const at = Math.floor((whole.length * n) / 40);
      expect(await read(whole.subarray(0, at)), `cut at ${at}`).toMatchObject({
        valid: false,
        message: expect.stringContaining('damaged or truncated'),
      });
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 4, at);
      expect(await read(changed), `changed at ${at}`).toMatchObject({ valid: false });
    }
    for (let from = 1; from < 30; from++)
      expect(await read(whole.subarray(0, -from)), `without the last ${from}`).toMatchObject({ valid: false });
  });

  test.each<[string, string[], RegExp]>([
    ['SHA-256', ['-C', 'sha256'], /checksums/],
    ['a filter', ['--x86', '--lzma2'], /filter/],
    ['a dictionary that is too large', ['--lzma2=dict=256MiB'], /256 MB|268 MB/],
  ])('with %s is named with the command that unpacks it', async (_title, settings, message) => {
    expect(await read(xz(database, ...settings))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('xz -dk'),
    });
  });

  test('in an xz file is named, and another one can be read afterwards', async () => {
    expect(await read(xz(xz(database)))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('twice'),
    });
    expect(await read(xz(database))).toMatchObject({ valid: true });
  });

  test('that is not read to its end leaves nothing that the next one would wait for', async () => {
    const path = fileOf(xz(Buffer.concat([Buffer.alloc(3_000_000, 1), randomBytes(300_000)])));
    for (let n = 0; n < 20; n++) for await (const piece of readUnpacked(path, 'xz')) if (piece.length > 0) break;
    const stopped = async () => {
      for await (const _piece of readUnpacked(path, 'xz', () => {
        throw new Error('stopped');
      }));
    };
    await expect(stopped()).rejects.toThrow('stopped');
    let length = 0;
    for await (const piece of readUnpacked(path, 'xz')) length += piece.length;
    expect(length).toBe(3_300_000);
  });
});
