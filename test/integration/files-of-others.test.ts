import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDatabase } from '../support/databases.ts';
import { setScene } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd } from '../support/test-core.ts';

/** Makes files, with what lies around them, in a folder of their own. */
function folderWith(...paths: string[]): string {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(folder, path), Buffer.from(`\u0001\u0002 ${path}`));
  }
  return folder;
}

const RESTIC = ['config', 'data/00/0a1b', 'index/77aa', 'keys/88bb', 'snapshots/99cc', 'locks/x'];

describe('the repository of another program is named, with what to do', () => {
  test.each<[string, string[], string, RegExp]>([
    [
      'Litestream replica',
      [
        'generations/0123456789abcdef/snapshots/00000000.snapshot.lz4',
        'generations/0123456789abcdef/wal/00000000_00000000.wal.lz4',
      ],
      'generations/0123456789abcdef/snapshots/00000000.snapshot.lz4',
      /litestream restore/,
    ],
    ['restic repository', RESTIC, 'data/00/0a1b', /restic restore/],
    ['borg repository', ['config', 'README', 'data/0/1', 'index.1', 'hints.1'], 'data/0/1', /borg extract/],
    ['Time Machine backup', ['Backups.backupdb/mac/2026/x', 'other'], 'other', /Time Machine/],
    ['Time Machine backup', ['mac.sparsebundle/bands/0'], 'mac.sparsebundle/bands/0', /Finder/],
    ['Hyper Backup folder', ['nas.hbk/Pool/0', 'nas.hbk/SynoHyperBackup.bkpi'], 'nas.hbk/Pool/0', /Hyper Backup/],
  ])('%s: %j', async (what, paths, file, hint) => {
    const { core } = await setScene();
    const folder = folderWith(...paths);
    const { files, problems } = await core.call('imports.list', { path: folder });
    expect(files).toEqual([]);
    expect(problems).toEqual([{ path: '.', problem: 'unsupported', message: expect.stringMatching(hint) }]);
    expect(problems[0]?.message).toContain(what);
    for (const path of [folder, join(folder, file)]) {
      const run = await runToEnd(core, 'verifications.start', { path }).catch((error: unknown) => ({ error }));
      expect(run.error).toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(what),
        hint: expect.stringMatching(hint),
      });
    }
    const identity = await core.call('files.identify', { path: join(folder, file) });
    expect(identity).toMatchObject({ restorable: false, message: expect.stringContaining(what) });
  });

  test.each(['ltx/0', '0000'])('a replica of Litestream is opened by its folder: %s', async (level) => {
    const { core } = await setScene();
    const folder = folderWith(`shop/${level}/0000000000000001-0000000000000001.ltx`);
    const shop = join(folder, 'shop');
    const { files, problems, replicas } = await core.call('imports.list', { path: folder });
    expect({ files, problems, replicas }).toEqual({ files: [], problems: [], replicas: [{ path: shop }] });
    for (const path of [shop, join(shop, level, '0000000000000001-0000000000000001.ltx')]) {
      const run = await runToEnd(core, 'verifications.start', { path }).catch((error: unknown) => ({ error }));
      expect(run.error).toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringContaining('snapkeep points') });
    }
  });

  test('a single file of Litestream is known by its content', async () => {
    const { core, folder } = await setScene();
    writeFileSync(join(folder, 'x.bin'), Buffer.concat([Buffer.from('LTX1'), Buffer.alloc(96, 3)]));
    expect(await core.call('files.identify', { path: join(folder, 'x.bin') })).toMatchObject({
      content: 'ltx',
      restorable: false,
      message: expect.stringContaining('snapkeep points'),
    });
  });

  test('an ordinary folder is none', async () => {
    const { core } = await setScene();
    const { problems } = await core.call('imports.list', { path: folderWith('config', 'data/x', 'notes.txt') });
    expect(problems.map(({ problem }) => problem)).toEqual(['wrong-name', 'wrong-name', 'wrong-name']);
    const run = await runToEnd(core, 'verifications.start', { path: folderWith('a') }).catch((error: unknown) => ({
      error,
    }));
    expect(run.error).toMatchObject({ code: 'INVALID_PARAMS', message: expect.stringContaining('is a folder') });
  });
});

describe('a database is one under any name', () => {
  const NAMES = [
    'a.sqlite',
    'a.sqlite3',
    'a.db3',
    'a.backup',
    'a.bak',
    'a.old',
    'a.db.bak',
    'a.db~',
    'a.db.1',
    'History',
    'a 2026-11-20',
    'a.db.gz.old',
    'ä.Größe',
    'places.sqlite.corrupt',
  ];
  test('in a restore and in an import of a folder', async () => {
    const scene = await setScene();
    const made = join(temporaryFolder(), 'made.db');
    makeDatabase(made, { journalMode: 'delete' });
    const folder = temporaryFolder();
    for (const name of NAMES) writeFileSync(join(folder, name), readFileSync(made));
    writeFileSync(join(folder, 'notes'), 'no database');
    writeFileSync(join(folder, 'export.dump'), 'BEGIN;\nCREATE TABLE a(b);\nCOMMIT;\n');
    const listing = await scene.core.call('imports.list', { path: folder });
    expect(listing.files.map(({ path }) => path).sort()).toEqual([...NAMES, 'export.dump'].sort());
    expect(listing.problems).toEqual([{ path: 'notes', problem: 'wrong-name', message: expect.any(String) }]);
    const run = await runToEnd(scene.core, 'imports.start', { path: folder });
    const outcomes = run.result?.kind === 'import' ? run.result.files : [];
    expect(outcomes.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    expect(outcomes).toHaveLength(NAMES.length + 1);
    for (const name of NAMES) {
      const identity = await scene.core.call('files.identify', { path: join(folder, name) });
      expect(identity).toMatchObject({ content: 'sqlite', restorable: true });
    }
  });
});
