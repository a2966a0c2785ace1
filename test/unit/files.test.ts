import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import { SCHEMA_VERSION } from '../../src-main/core/catalog/schema.ts';
import { explainError } from '../../src-main/core/engine/engine-errors.ts';
import { diskFull } from '../../src-main/core/engine/files/disk-full.ts';
import { findFileHolders } from '../../src-main/core/engine/files/file-holders.ts';
import { canonicalFilePath, canonicalPath, isWithin } from '../../src-main/core/engine/files/paths.ts';
import { contentInWords, isRestorable } from '../../src-main/core/engine/identify/content-words.ts';
import { contentOf, identifyContent } from '../../src-main/core/engine/identify/identify-file.ts';
import { holdDataFolder } from '../../src-main/core/process/data-folder.ts';
import { parseLsof } from '../../src-main/platform/file-holders.macos.ts';
import { ErrorCode } from '../../src-shared/contract/errors.ts';
import { NO_HISTORY } from '../../src-shared/model/history/history-settings.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { answering } from '../support/answering.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

describe('what a file is', () => {
  test.each([
    ['sqlite', Buffer.from('SQLite format 3\0 and so on'), true],
    ['unknown', Buffer.from('SQLite format 3 \u0001'), false],
    ['empty', Buffer.alloc(0), true],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), true],
    ['unknown', Buffer.from([0x1f, 0x8b]), false],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), true],
    ['zstd', Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0]), true],
    ['zip', Buffer.from('PK\u0003\u0004'), true],
    ['zip', Buffer.from('PK\u0005\u0006'), true],
    ['lzma', Buffer.from('5d00008000ffffffffffffffff', 'hex'), false],
    ['rar', Buffer.from('Rar!\u001a\u0007\u0000', 'latin1'), false],
    ['text', Buffer.from('CREATE a table\r\n\t'), false],
    ['text', Buffer.from('-- no more than this'), false],
    ['sql', Buffer.from('-- a dump\nCREATE TABLE a;\r\n\t'), true],
    ['sql', Buffer.from('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;'), true],
    ['sql', Buffer.from(`\ufeff/* ${'long '.repeat(500)}*/ begin;`), true],
    ['unknown', Buffer.from([0, 1, 2]), false],
  ] as const)('%s: %j', (content, start, restorable) => {
    expect(contentOf(start)).toBe(content);
    expect(isRestorable(content)).toBe(restorable);
    expect(contentInWords(content)).toMatch(/^(an? |neither )/);
  });

  test('nothing in a file that should be compressed is no empty database', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.db', 'a.db.gz', 'a.DB.ZST']) writeFileSync(join(folder, name), '');
    expect(
      await Promise.all(['a.db', 'a.db.gz', 'a.DB.ZST'].map((name) => identifyContent(join(folder, name)))),
    ).toEqual(['empty', 'unknown', 'unknown']);
  });
});

describe('who has a file open', () => {
  test('lsof’s field output is read', () => {
    expect(parseLsof('p12\nR1\ncnode\nf3\nf4\np345\nc/usr/bin/My App\nR12\nf1\n')).toEqual([
      { pid: 12, name: 'node', parent: 1 },
      { pid: 345, name: 'My App', parent: 12 },
    ]);
    expect(parseLsof('')).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'another process is found, also by its log and through a link [Linux]',
    async () => {
      const folder = temporaryFolder();
      const path = join(folder, 'app.db');
      const link = join(folder, 'link.db');
      writeFileSync(path, '');
      symlinkSync(path, link);
      const other = await openElsewhere(path, 'journal_mode = wal');
      await other.exec('CREATE TABLE a (b)');
      expect(await findFileHolders(link)).toMatchObject([{ pid: other.pid, name: expect.any(String) }]);
      await other.close();
      expect(await findFileHolders(path)).toEqual([]);
    },
  );
});

describe('paths', () => {
  test('have one name, whatever links lead there, and may not be there yet', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(await canonicalPath(join(folder, 'link', '..', 'link', 'new', 'app.db'))).toBe(
      join(folder, 'real', 'new', 'app.db'),
    );
    for (const wrong of ['app.db', './app.db', '', '/a\0b'])
      await expect(canonicalPath(wrong)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    for (const blank of ['/a.db ', '/a.db\u00a0', '/a.db\n'])
      await expect(canonicalFilePath(blank)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  });

  test.each([
    ['/a', '/a', true],
    ['/a', '/a/b/c', true],
    ['/a', '/a/..b', true],
    ['/a', '/ab', false],
    ['/a', '/', false],
    ['/a/b', '/a/c', false],
  ])('in %s is %s: %s', (folder, path, within) => {
    expect(isWithin(folder, path)).toBe(within);
  });
});

describe('the data folder', () => {
  test('is held once, and says by whom; given free, it can be held again', () => {
    const path = join(temporaryFolder(), 'home');
    const held = holdDataFolder(path, 'server');
    expect(() => holdDataFolder(path, 'cli')).toThrow(
      expect.objectContaining({
        code: 'BUSY',
        message: expect.stringMatching(new RegExp(`server \\(process ${process.pid} on `)),
        hint: expect.any(String),
      }),
    );
    writeFileSync(join(path, 'holder.json'), '{ half');
    expect(() => holdDataFolder(path, 'cli')).toThrow(
      expect.objectContaining({ code: 'BUSY', message: expect.stringContaining('another Snapkeep') }),
    );
    held.release();
    holdDataFolder(path, 'cli').release();
  });

  test('is free again when its holder is killed', async () => {
    const path = join(temporaryFolder(), 'home');
    holdDataFolder(path, 'cli').release();
    const other = await openElsewhere(join(path, 'core.lock'));
    await other.exec('BEGIN EXCLUSIVE');
    expect(() => holdDataFolder(path, 'cli')).toThrow(expect.objectContaining({ code: 'BUSY' }));
    await other.crash();
    holdDataFolder(path, 'cli').release();
  });

  test('that cannot be made is refused', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => holdDataFolder(join(file, 'home'), 'cli')).toThrow(expect.objectContaining({ name: 'SnapkeepError' }));
  });
});

describe('the catalog', () => {
  test('of a newer version is TOO_NEW, and stays as it is', () => {
    const path = join(temporaryFolder(), 'catalog.db');
    createCatalog(path).close();
    const later = new Database(path);
    later.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    later.close();
    expect(() => createCatalog(path)).toThrow(
      expect.objectContaining({ code: 'TOO_NEW', message: expect.stringContaining(path), hint: expect.any(String) }),
    );
    const again = new Database(path, { readonly: true });
    expect(again.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION + 1);
    again.close();
  });

  test('keeps its service id, and opening again changes nothing', () => {
    const path = join(temporaryFolder(), 'catalog.db');
    const ids = [1, 2].map(() => {
      const catalog = createCatalog(path);
      expect(catalog.plans.list()).toEqual([]);
      const id = catalog.settings.serviceId();
      catalog.close();
      return id;
    });
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  test('that is no database is CORRUPT, and stays as it is', () => {
    const path = join(temporaryFolder(), 'catalog.db');
    writeFileSync(path, 'garbage '.repeat(200));
    expect(() => createCatalog(path)).toThrow(
      expect.objectContaining({ code: 'CORRUPT', message: expect.stringContaining(path) }),
    );
  });
});

describe('the dispatcher', () => {
  const dispatcher = answering({
    'settings.get': () => {
      throw diskFull('catalog', '/data/catalog.db');
    },
    'app.info': () => {
      throw new TypeError('oops');
    },
    'plans.create': (input: unknown) => input,
  });
  const never = new AbortController().signal;

  test('fills in defaults, trims names, and lets nothing else through', async () => {
    const given = { name: ' App ', sourcePath: '/a.db', destinations: [{ path: '/b' }] };
    expect(await dispatcher.call('plans.create', given, never)).toEqual({
      ...given,
      destinations: [{ path: '/b', retention: null }],
      encryption: null,
      name: 'App',
      compression: 'gz',
      schedule: { kind: 'manual' },
      timeZone: null,
      retention: { ...KEEP_ALL, keepLast: 30 },
      verifyAfterBackup: true,
      restoreTest: { schedule: { kind: 'interval', hours: 168 }, withinDays: null, checks: [] },
      method: 'online',
      schemaVersion: null,
      lockFiles: [],
      sourceKind: 'database',
      namePattern: '{plan}-{date}-{time}-{id}',
      attachedFiles: [],
      group: null,
      tags: [],
      history: NO_HISTORY,
      sameInstant: false,
      timeLimitMinutes: null,
    });
    await expect(dispatcher.call('plans.create', { ...given, id: 'x' }, never)).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
    await expect(dispatcher.call('plans.create', { ...given, name: '  ' }, never)).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });

  test('throws only what can be explained', async () => {
    await expect(dispatcher.call('settings.get', {}, never)).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringContaining('catalog'),
    });
    await expect(dispatcher.call('app.info', {}, never)).rejects.toMatchObject({
      code: 'INTERNAL',
      hint: expect.any(String),
    });
    expect(await dispatcher.answer('no.method', {}, never)).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND', message: expect.stringContaining('no.method') },
    });
  });
});

test('every trouble of the disk and of SQLite has a code, names what it is about, and says what to do', () => {
  const codes = [
    'ENOENT',
    'ENOTDIR',
    'EACCES',
    'EPERM',
    'EROFS',
    'EISDIR',
    'EEXIST',
    'ENOSPC',
    'EDQUOT',
    'EIO',
    'ESTALE',
    'ETIMEDOUT',
    'ENAMETOOLONG',
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_LOCKED',
    'SQLITE_NOTADB',
    'SQLITE_CORRUPT',
    'SQLITE_CORRUPT_VTAB',
    'SQLITE_FULL',
    'SQLITE_READONLY',
    'SQLITE_PERM',
    'SQLITE_CANTOPEN',
    'SQLITE_IOERR_READ',
    'SQLITE_MISMATCH',
    'ESOMETHING',
  ];
  for (const code of codes) {
    const body = explainError(Object.assign(new Error('what it said'), { code }), '/data/app.db').toBody();
    expect(body, code).toMatchObject({
      message: expect.stringContaining('/data/app.db'),
      hint: expect.stringMatching(/\.$/),
    });
    expect(ErrorCode.options).toContain(body.code);
    expect(body.code === 'INTERNAL', code).toBe(['SQLITE_MISMATCH', 'ESOMETHING'].includes(code));
  }
  expect(explainError('a text', '/data/app.db').toBody().code).toBe('INTERNAL');
});
