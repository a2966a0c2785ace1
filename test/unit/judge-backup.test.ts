import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { judgeBackup, SAMPLE } from '../../src-main/core/import/judge-backup.ts';
import { makeDatabase } from '../support/databases.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { cutAt } from '../support/import-folders.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

function judge(data: Buffer | string) {
  const bytes = Buffer.from(data);
  const { content, problem } = judgeBackup({
    sizeBytes: bytes.length,
    head: bytes.subarray(0, SAMPLE.head),
    tail: bytes.subarray(Math.max(0, bytes.length - SAMPLE.tail)),
  });
  return [content, problem?.problem ?? 'none'];
}

function database(): Buffer {
  const path = join(temporaryFolder(), 'app.db');
  makeDatabase(path, { journalMode: 'delete' });
  return readFileSync(path);
}

test('a whole database is one, packed or not, and a cut one is told wherever it is cut', () => {
  const whole = database();
  expect(judge(whole)).toEqual(['sqlite', 'none']);
  expect(judge(gzipSync(whole))).toEqual(['sqlite', 'none']);
  for (const bytes of [20, 99, 100, 4096, whole.length - 1])
    expect(judge(whole.subarray(0, bytes)), `${bytes}`).toEqual(['sqlite', 'broken']);
  const packed = gzipSync(whole);
  for (const share of [0.3, 0.6, 0.9]) expect(judge(packed.subarray(0, packed.length * share))[1]).toBe('broken');
  expect(judge(packed.subarray(0, 12))[1]).toBe('broken');
});

test('an encrypted database is told from noise in text, packed or not', () => {
  const path = join(temporaryFolder(), 'hone.db');
  makeEncrypted(path, 'a key');
  expect(judge(readFileSync(path))).toEqual(['encrypted', 'none']);
  const packed = gzipSync(readFileSync(path));
  expect(judge(packed)).toEqual(['encrypted', 'none']);
  for (const share of [0.3, 0.6, 0.9])
    expect(judge(packed.subarray(0, cutAt(packed, share))), `${share}`).toEqual(['unknown', 'broken']);
});

test('a dump that shows no end can be whole, and that is said', () => {
  const dump = 'CREATE TABLE a(b);\nINSERT INTO a VALUES(1);\n';
  const notesOf = (text: string) =>
    judgeBackup({ sizeBytes: text.length, head: Buffer.from(text), tail: Buffer.from(text) }).notes;
  expect(judge(dump)).toEqual(['sql', 'none']);
  expect(notesOf(dump)).toEqual([expect.stringContaining('truncation cannot be detected')]);
  expect(notesOf(`${dump}-- 2026-11-20\n`)).toHaveLength(1);
  expect(notesOf(`BEGIN;\n${dump}COMMIT;`)).toEqual([]);
  expect(judge(`${dump}INSERT INTO a VALUES('x`)).toEqual(['sql', 'broken']);
  expect(judge('-- MySQL dump 10.13\nSET NAMES utf8;')).toEqual(['mysql', 'unsupported']);
  expect(judge(gzipSync('a,b\n1,2\n3,4\n'))).toEqual(['csv', 'unsupported']);
});

test('a dump ends with COMMIT, and everything else is said to be what it is', () => {
  const dump = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a(b);\n';
  expect(judge(`${dump}COMMIT;\n`)).toEqual(['sql', 'none']);
  expect(judge(dump)).toEqual(['sql', 'broken']);
  expect(judge(`${dump}ROLLBACK; -- due to errors\n`)).toEqual(['sql', 'broken']);
  expect(judge(gzipSync(`${dump}COMMIT;\n`))).toEqual(['sql', 'none']);
  for (const end of [
    'END TRANSACTION;',
    'COMMIT',
    'COMMIT;\nANALYZE;\nPRAGMA user_version=9;\n\n-- end\n',
    'RELEASE "a";',
  ])
    expect(judge(`${dump}${end}`), end).toEqual(['sql', 'none']);
  expect(judge(Buffer.from(`\ufeff${dump}COMMIT;\r\n`, 'utf16le'))).toEqual(['sql', 'none']);
  expect(judge('')).toEqual(['empty', 'empty']);
  expect(judge(gzipSync(''))).toEqual(['empty', 'empty']);
  expect(judge('hello')).toEqual(['text', 'unsupported']);
  expect(judge(gzipSync('hello'))).toEqual(['text', 'unsupported']);
  expect(judge(Buffer.from([0x1f, 0x8b, 8, 1, 2, 3]))).toEqual(['gzip', 'broken']);
  expect(judge(Buffer.alloc(2000, 7))).toEqual(['unknown', 'unsupported']);
});
