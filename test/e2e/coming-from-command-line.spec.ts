import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type CommandResult, commandLineOf } from '../support/command-line.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { filesWith, makeEncrypted } from '../support/encrypted-databases.ts';
import { makePortunusFolder, makeSoundBoxFolder, whyNoImportFolders } from '../support/import-folders.ts';
import { setBack } from '../support/set-back.ts';

let folder: string;
let home: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-coming-')));
  home = join(folder, 'home');
  run = commandLineOf(home);
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The JSON of a command that ended with this code. */
function answer({ exitCode, stdout, stderr }: CommandResult, code = 0) {
  expect(exitCode, stderr).toBe(code);
  return JSON.parse(stdout);
}

test('the points of a Litestream replica are listed, verified and restored by its folder or destination', () => {
  const [source, backups, replica] = ['app.db', 'backups', 'nas/app'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  makeDatabase(source, { rows: 120 });
  mkdirSync(backups);
  const plan = ['plan', 'add', '--name', 'app', '--source', source, '--to', backups, '--storage', 'both'];
  expect(run(plan).exitCode).toBe(0);
  expect(run(['run-due']).exitCode).toBe(0);
  const [name = ''] = readdirSync(backups).filter((each) => each.endsWith('.history'));
  cpSync(join(backups, name, 'ltx'), join(replica, 'ltx'), { recursive: true });
  const madeAt = new Date('2026-11-20T08:00:00Z');
  for (const file of readdirSync(replica, { recursive: true, encoding: 'utf8' }).filter((each) => /\.ltx$/.test(each)))
    utimesSync(join(replica, file), madeAt, madeAt);
  expect(run(['destination', 'add', 'nas', '--folder', join(folder, 'nas')]).exitCode).toBe(0);
  for (const given of [replica, 'nas:app']) {
    expect(answer(run(['points', given, '--json']))).toMatchObject([{ txid: 1, madeAt: madeAt.toISOString() }]);
    const verified = answer(run(['verify', given, '--at', '2026-11-20T08:00:00Z', '--json']));
    expect(verified).toMatchObject({ valid: true });
    const target = join(folder, `restored-${given.length}.db`);
    expect(run(['restore', given, '--point', '1', '--to', target]).exitCode).toBe(0);
    expect(countEntries(target)).toBe(120);
  }
  expect(run(['points', replica, '--to', '2026-11-19']).stdout).toContain('The replica has no points in time.');
  expect(run(['verify', replica, '--at', '2026-11-19']).stderr).toContain('has no point in time at');
  expect(run(['verify', replica]).stderr).toContain('snapkeep points');
  expect(run(['restore', replica, '--point', '1']).stderr).toContain('--to');
});

test.describe('import', () => {
  test.skip(whyNoImportFolders !== undefined, whyNoImportFolders);

  test('what Portunus has left is listed, imported, verified and restored', () => {
    const backups = join(folder, 'backups');
    makePortunusFolder(backups);
    const listed = answer(run(['import', backups, '--list', '--json']));
    expect(listed).toMatchObject({
      files: [{ program: 'portunus' }, { program: 'portunus' }, { program: 'portunus' }],
      problems: [{}, {}],
    });
    const words = run(['import', backups, '--list']).stdout;
    expect(words).toMatch(/broken .*portunus-state-2026-05-10T12:34:56Z\.db .*truncated/);
    expect(words).toContain('3 backups in');
    // Without manifests there, the backups are imported as they are.
    expect(answer(run(['import', backups, '--json'])).files).toHaveLength(3);
    const name = 'portunus-state-2026-05-08T12:34:56Z.db';
    expect(answer(run(['verify', name, '--json']))).toMatchObject({ valid: true });
    const target = join(folder, 'state.db');
    expect(run(['restore', name, '--to', target]).exitCode).toBe(0);
    expect(countEntries(target)).toBe(400);
    expect(run(['list', '--dir', backups]).stdout.trim().split('\n')).toHaveLength(3);
    expect(existsSync(join(backups, `${name}.manifest.json`))).toBe(false);
  });

  test('only backups whose names say the plan are imported, after a question, and no retention removes them', () => {
    const backups = join(folder, 'backups');
    makeSoundBoxFolder(backups, 3);
    const source = join(folder, 'soundbox-app', 'soundbox.db');
    makeDatabase(join(backups, 'soundbox2-2024-01-15.db'), { journalMode: 'delete' });
    expect(
      run(['plan', 'add', '--name', 'soundbox', '--source', source, '--to', backups, '--keep-last', '1']).exitCode,
    ).toBe(0);
    expect(run(['import', backups, '--plan', 'soundbox'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('use --yes'),
    });
    expect(run(['import', backups, '--plan', 'soundbo', '--yes']).exitCode).toBe(2);
    expect(run(['import', backups, '--plan', 'soundbox', '--yes'])).toMatchObject({
      stdout: expect.stringContaining('Imported 2 snapshots; no file was changed.'),
      stderr: expect.stringContaining('soundbox2'),
    });
    expect(run(['backup', 'soundbox']).exitCode).toBe(0);
    expect(run(['backup', 'soundbox']).exitCode).toBe(0);
    expect(run(['prune', 'soundbox', '--yes']).exitCode).toBe(0);
    for (const day of ['2024-01-15', '2024-01-16']) expect(existsSync(join(backups, day, 'soundbox.db'))).toBe(true);
    expect(existsSync(join(backups, 'soundbox2-2024-01-15.db'))).toBe(true);
  });
});

test.describe('templates', () => {
  test('PiSovereign: parts are elsewhere, or are left out', () => {
    const database = join(folder, 'mind.db');
    makeDatabase(database, { rows: 5 });
    for (const made of ['vault', 'backups']) mkdirSync(join(folder, made));
    const add = ['plan', 'add', '--template', 'pisovereign', '--to', join(folder, 'backups'), '--json'];
    const locations = ['--location', `database=${database}`, '--location', `vault=${join(folder, 'vault')}`];
    // Nothing is made of a group of which a part is nowhere.
    const refused = run([...add, ...locations]);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--without configuration') });
    expect(answer(run(['plan', 'list', '--json']))).toEqual([]);
    expect(run([...add, '--location', 'nothing=/srv']).stderr).toContain('has no part “nothing”');
    expect(run([...add, '--location', 'database']).exitCode).toBe(2);

    const made = answer(run([...add, ...locations, '--without', 'configuration', '--without', 'image']));
    expect(made).toMatchObject([
      { name: 'pisovereign-database', sourcePath: database, group: 'PiSovereign' },
      { name: 'pisovereign-vault', sourcePath: join(folder, 'vault'), sourceKind: 'files', group: 'PiSovereign' },
    ]);
    expect(answer(run(['backup', '--group', 'PiSovereign', '--json']))).toHaveLength(2);
  });

  test('Hone: found at its usual location, with the key from its own variable', () => {
    const key = 'the key of Hone 4711';
    const environment = {
      XDG_DATA_HOME: join(folder, 'data'),
      HONE_BACKUP_DIR: join(folder, 'backups'),
      HONE_DB_KEY: key,
    };
    mkdirSync(join(folder, 'data', 'hone'), { recursive: true });
    makeEncrypted(join(folder, 'data', 'hone', 'hone.db'), key, 50);
    const made = run(['plan', 'add', '--template', 'hone', '--json'], { environment });
    expect(answer(made)).toMatchObject({
      name: 'hone',
      schedule: { kind: 'daily', time: '02:00' },
      retention: { keepLast: 7 },
      key: { from: { environment: 'HONE_DB_KEY' } },
      restoreTest: { checks: [{ name: 'accounts' }, { name: 'transactions' }, { name: 'subscriptions' }] },
    });
    expect(made.stderr).toContain('its key is read from the environment variable HONE_DB_KEY');
    expect(made.stderr).not.toContain('Left out: ');
    expect(run(['backup', 'hone'], { environment }).exitCode).toBe(0);
    expect(filesWith(folder, key)).toEqual([]);
  });

  test('what is given goes before the template, and what is missing is asked for', () => {
    const source = join(folder, 'state.db');
    makeDatabase(source);
    const backups = join(folder, 'backups');
    const add = ['plan', 'add', '--template', 'portunus', '--to', backups, '--json'];
    const nowhere = run(add);
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--data-dir') });
    expect(answer(run([...add, '--folder', folder, '--keep-last', '3', '--name', 'mine']))).toMatchObject({
      name: 'mine',
      sourcePath: source,
      compression: 'none',
      schedule: { kind: 'daily', time: '06:25' },
      retention: { keepLast: 3, keepDays: null },
    });
    expect(run(['plan', 'add', '--name', 'x']).exitCode).toBe(2);
    expect(run(['plan', 'add', '--template', 'nobody']).exitCode).toBe(1);
  });

  test('one of your own is checked, saved, used, shared and removed', () => {
    const file = join(folder, 'notes.json');
    const source = join(folder, 'notes.db');
    makeDatabase(source);
    const parts = [
      { id: 'database', name: 'Database', kind: 'database', locations: { linux: [source] }, compresion: 'gz' },
    ];
    const template = { id: 'notes', name: 'Notes', purpose: 'Keeps the notes.', parts };
    writeFileSync(file, JSON.stringify(template, null, 2));
    const wrong = run(['template', 'check', file]);
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/Line 15 .*parts 1, compresion/) });
    writeFileSync(file, readFileSync(file, 'utf8').replace('compresion', 'compression'));
    expect(run(['template', 'check', file]).stdout).toContain('Daily at 02:00');
    expect(run(['template', 'save', file]).exitCode).toBe(0);
    expect(run(['template', 'save', file]).exitCode).toBe(1);
    expect(run(['template', 'save', file, '--replace']).exitCode).toBe(0);
    expect(run(['template', 'list']).stdout).toMatch(/^notes .*custom/m);
    expect(JSON.parse(run(['template', 'export', 'notes']).stdout)).toMatchObject({ id: 'notes' });
    const to = join(folder, 'backups');
    expect(answer(run(['plan', 'add', '--template', 'notes', '--to', to, '--json']))).toMatchObject({
      sourcePath: source,
    });
    expect(run(['template', 'remove', 'notes']).exitCode).toBe(0);
    expect(run(['template', 'show', 'notes']).exitCode).toBe(1);
    expect(run(['template', 'remove', 'hone']).exitCode).toBe(1);
    expect(run(['template', 'show', file]).stdout).toContain(source);
  });
});

test('a crontab gives its times and its retention, and keeps its secrets to itself', () => {
  const crontab =
    '30 3 * * 1-5 HONE_DB_KEY=hunter2-secret hone backup create && hone backup prune --keep 9 -y\n@reboot /bin/true\n';
  const read = run(['plan', 'read-schedule', '-', '--json'], { input: crontab });
  expect(answer(read, 3)).toMatchObject({
    schedules: [{ schedule: { kind: 'weekly', days: [1, 2, 3, 4, 5], time: '03:30' } }],
  });
  expect(read.stdout + read.stderr).not.toContain('hunter2-secret');
  const file = join(folder, 'crontab');
  writeFileSync(file, crontab);
  const source = join(folder, 'app.db');
  makeDatabase(source);
  const add = ['plan', 'add', '--name', 'app', '--source', source, '--to', join(folder, 'backups'), '--json'];
  const made = run([...add, '--schedule-from', file]);
  expect(answer(made)).toMatchObject({ schedule: { kind: 'weekly', time: '03:30' }, retention: { keepLast: 9 } });
  expect(made.stdout + made.stderr).not.toContain('hunter2-secret');
  expect(run([...add, '--schedule-from', file, '--schedule', 'manual']).exitCode).toBe(2);
});

test('run-due serves what is due, says what waits, and status tells it all', () => {
  const source = join(folder, 'app.db');
  makeDatabase(source);
  const backups = join(folder, 'backups');
  expect(
    run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups, '--schedule', 'every 1h']).exitCode,
  ).toBe(0);
  expect(run(['run-due'])).toMatchObject({ exitCode: 0, stdout: 'Nothing is due.\n' });
  setBack(join(home, 'catalog.db'), 150);
  const served = answer(run(['run-due', '--json']));
  expect(served).toMatchObject({
    runs: [{ kind: 'backup', state: 'succeeded', scheduledTime: { scheduledTimes: 2 } }],
    waiting: [],
  });
  const [{ status }] = answer(run(['status', '--json']));
  expect(status).toMatchObject({
    enabled: true,
    folders: [backups],
    retention: 'the last 30 snapshots',
    count: 1,
    lastBackup: { status: 'succeeded', sizeBytes: expect.any(Number), error: null },
  });
  expect(run(['status']).stdout).toMatch(/enabled {6}yes.*\n.*retention {4}the last 30 snapshots/);
  setBack(join(home, 'catalog.db'), 150);
  rmSync(source);
  expect(run(['run-due'])).toMatchObject({ exitCode: 75, stdout: expect.stringContaining('app: ') });
});
