import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { explainError } from '../../src-main/core/engine/engine-errors.ts';
import { identifyStored } from '../../src-main/core/engine/identify/identify-stored.ts';
import { judgeBackup, SAMPLE } from '../../src-main/core/import/judge-backup.ts';
import { checkRestore } from '../../src-main/core/restore/check/check-restore.ts';
import { verifyFile } from '../../src-main/core/verify/verify-file.ts';
import { quietContext } from '../support/quiet-context.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** How many files are tried, and how long one may take, in milliseconds. */
const FILES = 600;
const LONGEST_MS = 2000;
/** Every so many files are also staged for a restore, which verifies once more. */
const RESTORED = 5;
const SEED = Number(process.env.SNAPKEEP_FUZZ_SEED ?? 20_261_127);

/** Numbers that look random and come again with the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function databaseOf(sql: string): Buffer {
  const made = new Database(':memory:');
  made.exec(sql);
  const bytes = made.serialize();
  made.close();
  return bytes;
}

async function tarOf(files: Record<string, Buffer>): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name }, bytes);
  archive.finalize();
  return buffer(archive);
}

/** What the xz of the machine makes. */
const xzOf = (bytes: Buffer): Buffer => execFileSync('xz', ['-c'], { input: bytes });

/** A ZIP with one stored file, as its format wants it. */
function zipOf(name: string, bytes: Buffer, crc: number): Buffer {
  const local = Buffer.alloc(30);
  local.write('PK\u0003\u0004', 'latin1');
  const central = Buffer.alloc(46);
  central.write('PK\u0001\u0002', 'latin1');
  for (const [header, at] of [
    [local, 14],
    [central, 16],
  ] as const) {
    header.writeUInt32LE(crc, at);
    header.writeUInt32LE(bytes.length, at + 4);
    header.writeUInt32LE(bytes.length, at + 8);
    header.writeUInt16LE(name.length, at + 12);
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + bytes.length, 16);
  return Buffer.concat([local, Buffer.from(name), bytes, central, Buffer.from(name), end]);
}

/** One of every kind of file that is read. */
async function everyKind(): Promise<Buffer[]> {
  const rows = 'WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 60)';
  const table = databaseOf(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT UNIQUE); ${rows} INSERT INTO t SELECT i, 'row ' || i FROM n;`,
  );
  const indexes = databaseOf(
    `CREATE TABLE p(id PRIMARY KEY) WITHOUT ROWID; CREATE TABLE c(p REFERENCES p(id), b AS (p || 'x')); CREATE INDEX i ON c(b) WHERE p > 3; CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('some words'); CREATE TRIGGER g AFTER INSERT ON c BEGIN DELETE FROM p; END; ${rows} INSERT INTO p SELECT i FROM n;`,
  );
  const dump = Buffer.from(
    `-- a dump\nPRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a, b);\n${"INSERT INTO t VALUES('it''s; so', X'00ff');\n".repeat(20)}CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;\nCOMMIT;\n`,
  );
  const tar = await tarOf({ 'a/app.db': table, 'a/notes.txt': Buffer.from('notes') });
  return [
    table,
    indexes,
    dump,
    Buffer.from(`\ufeff${dump}`, 'utf16le'),
    gzipSync(table),
    Buffer.concat([gzipSync(indexes.subarray(0, 5000)), gzipSync(indexes.subarray(5000))]),
    gzipSync(dump),
    zstdCompressSync(table),
    Buffer.concat([zstdCompressSync(table.subarray(0, 5000)), zstdCompressSync(table.subarray(5000))]),
    tar,
    gzipSync(tar),
    zstdCompressSync(tar),
    xzOf(table),
    Buffer.concat([xzOf(indexes.subarray(0, 5000)), xzOf(indexes.subarray(5000))]),
    xzOf(dump),
    xzOf(tar),
    gzipSync(xzOf(table)),
    zipOf('a/app.db', table, crc32(table)),
    Buffer.from('-- MySQL dump 10.13\nCREATE TABLE `a` (`b` int) ENGINE=InnoDB;\n'),
    Buffer.from('a,b\n1,2\n3,4\n'),
    Buffer.from('age-encryption.org/v1\n-> X25519 abc\ndef\n--- ghi\n'),
  ];
}

/** Changes a file as disks, networks and people do. */
function mutate(bytes: Buffer, other: Buffer, pick: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = pick(copy.length);
  const length = 1 + pick(200);
  switch (pick(9)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << pick(8));
      return copy;
    case 1:
      for (let n = 0; n < 8; n++) copy[pick(copy.length)] = pick(256);
      return copy;
    case 2:
      return copy.subarray(0, at);
    case 3:
      return copy.fill(0, at, Math.min(copy.length, at + length));
    case 4:
      return Buffer.concat([copy.subarray(0, at), other.subarray(pick(other.length))]);
    case 5:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 6:
      return Buffer.concat([copy, other.subarray(0, pick(other.length))]);
    case 7:
      // The beginning says what the file is, and how large.
      copy[pick(Math.min(110, copy.length))] = pick(256);
      return copy;
    default:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(copy.subarray(at, at + length)).reverse(),
        copy.subarray(at),
      ]);
  }
}

test(`${FILES} mutated files of every kind: nothing crashes, hangs, is INTERNAL or writes elsewhere (seed ${SEED})`, {
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder();
  const [staging, target, source] = ['staging', 'target', 'source'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [staging, target, source]) mkdirSync(each);
  const kinds = await everyKind();
  const pick = random(SEED);
  const path = join(source, 'backup');
  const context = quietContext(staging);
  const codes = new Map<string, number>();
  for (let number = 0; number < FILES; number++) {
    const bytes = mutate(
      kinds[number % kinds.length] ?? Buffer.alloc(0),
      kinds[pick(kinds.length)] ?? Buffer.alloc(0),
      pick,
    );
    writeFileSync(path, bytes);
    const label = `seed ${SEED}, file ${number}`;
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      const started = performance.now();
      const code = await work().then(
        () => 'read',
        (error: unknown) => explainError(error, path).code,
      );
      expect(performance.now() - started, label).toBeLessThan(LONGEST_MS);
      expect(code, label).not.toBe('INTERNAL');
      codes.set(code, (codes.get(code) ?? 0) + 1);
    };
    judgeBackup({ sizeBytes: bytes.length, head: bytes.subarray(0, SAMPLE.head), tail: bytes.subarray(-SAMPLE.tail) });
    await attempt(() => identifyStored({ path }));
    await attempt(() => verifyFile({ path }, context));
    if (number % RESTORED === 0)
      await attempt(() =>
        checkRestore(
          {
            sourcePath: path,
            snapshotId: null,
            targetPath: join(target, 'app.db'),
            givenPath: join(target, 'app.db'),
            safetyFolder: target,
            schemaVersion: null,
            expects: null,
            mode: null,
          },
          context,
        ),
      );
    expect(readdirSync(source), label).toEqual(['backup']);
    expect(readdirSync(target), label).toEqual([]);
    expect(readdirSync(folder).sort(), label).toEqual(['source', 'staging', 'target']);
    for (const left of readdirSync(staging)) rmSync(join(staging, left), { recursive: true });
  }
  // The mutations reach what is sound, too: a test that only ever saw refusals would say nothing.
  expect(codes.get('read')).toBeGreaterThan(FILES);
});
