import { expect, test } from 'vitest';
import { groupFiles } from '../../../src-renderer/features/drop/group-files.ts';

const namesOf = (...names: string[]): string[][] =>
  groupFiles(names.map((name) => ({ name }))).map(({ file, beside }) => [file.name, ...beside.map(({ name }) => name)]);

test('a database and its log are one, whatever their order', () => {
  expect(namesOf('app.db-wal', 'app.db', 'app.db-shm')).toEqual([['app.db', 'app.db-wal', 'app.db-shm']]);
});

test('a snapshot and its manifest are one, and other files stand for themselves', () => {
  expect(namesOf('b.db', 'app.db.gz', 'app.db.gz.manifest.json', 'other.db-wal')).toEqual([
    ['b.db'],
    ['app.db.gz', 'app.db.gz.manifest.json'],
    ['other.db-wal'],
  ]);
});
