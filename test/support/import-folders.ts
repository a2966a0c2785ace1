import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lacking } from './servers/processes.ts';

/** Why such folders cannot be made here; `undefined`: they can. */
const missing = lacking(['sqlite3', 'gzip', 'rsync', 'sqlcipher']);
export const whyNoImportFolders = missing.length > 0 ? `${missing.join(', ')} not installed` : undefined;

/** When the files were last changed whose names tell no time. */
export const FILE_TIME = new Date('2024-02-03T04:05:06.000Z');

const sqlite = (path: string, ...commands: string[]): string =>
  execFileSync('sqlite3', [path, ...commands], { encoding: 'utf8' });

/** Cuts a file off after so much of it. */
export function cutOff(path: string, share = 0.6): void {
  truncateSync(path, cutAt(readFileSync(path), share));
}

/** Where to cut: not where the last bytes, by a chance of one in 512, are the length of whole pages. */
export function cutAt(content: Buffer, share: number): number {
  let end = Math.floor(content.length * share);
  while (content.readUInt32LE(end - 4) % 512 === 0) end -= 1;
  return end;
}

/** A database with two tables, as a program in WAL mode leaves it. */
export function makeProgramDatabase(path: string, rows = 400): void {
  mkdirSync(dirname(path), { recursive: true });
  sqlite(
    path,
    'PRAGMA journal_mode = WAL',
    `CREATE TABLE conversations (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
     CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     INSERT INTO entries (note) SELECT 'note ' || i || hex(randomblob(20)) FROM n;
     PRAGMA user_version = 7;`,
  );
}

/** Backs a database up as the guides say: through SQLite's shell. */
export function shellBackup(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  sqlite(source, `.backup '${target}'`);
}

/** Backs a database up compacted, as the guides say. */
function shellVacuum(source: string, target: string): void {
  sqlite(source, `VACUUM INTO '${target}'`);
}

/** Packs a file as the guides say; the bare one is gone afterwards. */
export function gzip(path: string): void {
  execFileSync('gzip', ['-f', path]);
}

/** Backups of Hone: exported through SQLCipher, and packed; one under a name of somebody's own. */
export function makeHoneFolder(folder: string, key: string): void {
  mkdirSync(folder, { recursive: true });
  const plain = join(folder, '..', 'hone-plain.db');
  makeProgramDatabase(plain);
  for (const name of ['hone-2024-01-15-143022.db', 'hone-2024-01-16-143022.db']) {
    const path = join(folder, name);
    const sql = `ATTACH DATABASE '${path}' AS backup KEY '${key}'; SELECT sqlcipher_export('backup'); PRAGMA backup.user_version = 7; DETACH DATABASE backup;`;
    execFileSync('sqlcipher', [plain], { input: sql });
    gzip(path);
  }
  for (const name of ['hone-2024-02-30-143022.db.gz', 'my-backup.db.gz', 'hone-2024-01-18-143022.db.gz']) {
    cpSync(join(folder, 'hone-2024-01-15-143022.db.gz'), join(folder, name));
    utimesSync(join(folder, name), FILE_TIME, FILE_TIME);
  }
  cutOff(join(folder, 'hone-2024-01-18-143022.db.gz'));
  writeFileSync(join(folder, 'hone-2024-01-17-143022.db.gz'), '');
  writeFileSync(join(folder, 'notes.txt'), 'the key is in the safe');
}

/** Backups of Portunus: one file each, named by Portunus, by its cron job and manually. */
export function makePortunusFolder(folder: string): void {
  const source = join(folder, '..', 'portunus', 'state.db');
  makeProgramDatabase(source);
  shellBackup(source, join(folder, 'portunus-state-2026-05-08T12:34:56Z.db'));
  shellBackup(source, join(folder, '2026-05-09.db'));
  shellBackup(source, join(folder, 'portunus-backup-2026-05-07.db'));
  shellBackup(source, join(folder, 'portunus-state-2026-05-10T12:34:56Z.db'));
  cutOff(join(folder, 'portunus-state-2026-05-10T12:34:56Z.db'));
  writeFileSync(join(folder, 'portunus-state-2026-05-11T12:34:56Z.db'), 'this was never a database');
}

/** Backups of OpenMemory: manually, by schedule, compacted, copied as a file while nobody had it open, and as dumps. */
export function makeOpenMemoryFolder(folder: string): void {
  const source = join(folder, '..', 'openmemory', 'openmemory.db');
  makeProgramDatabase(source);
  shellBackup(source, join(folder, 'backup-manual-2024-01-01T09-30-00-000Z.db'));
  shellBackup(source, join(folder, 'backup-auto-2024-01-02T02-00-00-000Z.db'));
  shellVacuum(source, join(folder, 'vacuum-backup-2024-01-06.db'));
  execFileSync('cp', [source, join(folder, 'backup-2024-01-07.db')]);
  writeFileSync(join(folder, 'dump-2024-01-03.sql'), sqlite(source, '.dump'));
  writeFileSync(join(folder, 'dump-2024-01-04.sql'), sqlite(source, '.dump'));
  cutOff(join(folder, 'dump-2024-01-04.sql'));
  writeFileSync(join(folder, 'backup-auto-2024-01-05T02-00-00-000Z.db.tmp'), 'half of it');
}

/** Backups of Sound Box: a folder a day with hard links to the day before, and a link to the newest. */
export function makeSoundBoxFolder(folder: string, files = 20): void {
  const app = join(folder, '..', 'soundbox-app');
  makeProgramDatabase(join(app, 'soundbox.db'));
  mkdirSync(join(app, 'generated'));
  for (let index = 0; index < files; index++) writeFileSync(join(app, 'generated', `${index}.wav`), `tone ${index}`);
  let before: string | undefined;
  for (const day of ['2024-01-14', '2024-01-15', '2024-01-16']) {
    const target = join(folder, day);
    shellBackup(join(app, 'soundbox.db'), join(target, 'soundbox.db'));
    const link = before === undefined ? [] : [`--link-dest=${before}`];
    const generated = join(target, 'generated');
    execFileSync('rsync', ['-a', '--delete', ...link, `${join(app, 'generated')}/`, `${generated}/`]);
    before = generated;
  }
  rmSync(join(folder, '2024-01-14', 'soundbox.db'));
  writeFileSync(join(folder, '2024-01-14', 'soundbox.db'), '');
  symlinkSync('2024-01-16', join(folder, 'latest'));
  writeFileSync(join(folder, 'rsync.log'), 'sent 12 bytes');
}

/** Backups of PiSovereign: packed, in folders of tiers, some of them copies of one another. */
export function makePiSovereignFolder(folder: string): void {
  const source = join(folder, '..', 'pisovereign', 'pisovereign.db');
  makeProgramDatabase(source);
  const daily = join(folder, 'daily', 'pisovereign-20260201.db');
  shellBackup(source, daily);
  gzip(daily);
  mkdirSync(join(folder, 'weekly'));
  mkdirSync(join(folder, 'monthly'));
  cpSync(`${daily}.gz`, join(folder, 'weekly', 'pisovereign-week05-20260201.db.gz'));
  cpSync(`${daily}.gz`, join(folder, 'monthly', 'pisovereign-202602.db.gz'));
  const cut = join(folder, 'daily', 'pisovereign-20260202.db');
  shellBackup(source, cut);
  gzip(cut);
  cutOff(`${cut}.gz`);
  shellVacuum(source, join(folder, 'pisovereign-20260203_143022.db'));
  execFileSync('cp', [source, join(folder, 'pisovereign.db.pre-restore')]);
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config', 'config-20260201.toml'), '[server]\nport = 1\n');
  makeSystemFolder(folder);
}

/** The system of a PiSovereign: its files with hard links to the day before, an image of its disk, and its Vault. */
function makeSystemFolder(folder: string): void {
  const machine = join(folder, '..', 'machine');
  mkdirSync(join(machine, 'etc'), { recursive: true });
  writeFileSync(join(machine, 'etc', 'hosts'), '127.0.0.1 localhost');
  const latest = join(folder, 'system', 'latest');
  for (const day of ['20260131', '20260201']) {
    const target = join(folder, 'system', day);
    mkdirSync(target, { recursive: true });
    execFileSync('rsync', ['-aHAX', '--delete', `--link-dest=${latest}`, `${machine}/`, `${target}/`], {
      stdio: 'ignore',
    });
    rmSync(latest, { force: true });
    symlinkSync(target, latest);
  }
  const disk = join(folder, '..', 'disk');
  writeFileSync(disk, Buffer.alloc(1 << 20, 'block'));
  const image = join(folder, 'pisovereign-full-20260201.img');
  execFileSync('dd', [`if=${disk}`, `of=${image}`, 'bs=4M', 'status=none']);
  gzip(image);
  execFileSync('tar', ['-czf', join(folder, 'vault-backup.tar.gz'), '-C', machine, 'etc']);
}
