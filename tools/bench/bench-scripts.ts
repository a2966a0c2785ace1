import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Contender,
  contender,
  printTable,
  rowsOf,
  takeTurns,
  timeCommand,
  timeScript,
  watchSnapkeep,
} from './measure.ts';

/** Where and how often to measure. */
export interface ScriptsBench {
  database: string;
  /** An empty folder for what is stored. */
  stored: string;
  folder: string;
  rounds: number;
}

/** Measures backup and verification against the shell scripts, taking turns, and prints the medians. */
export function measureScripts({ database, stored, folder, rounds }: ScriptsBench): void {
  const home = join(folder, 'home');
  const copy = join(folder, 'script-copy.db');
  const packed = join(folder, 'script-copy.db.gz');
  const snapshots = { gz: '', zst: '' };
  const snapkeepBackup = (format: 'gz' | 'zst') => (): number => {
    const to = join(stored, format);
    const backup = timeCommand(home, 'backup', '--source', database, '--to', to, '--format', format, '--no-verify');
    snapshots[format] = backup.path;
    return backup.wallMs;
  };
  const backups: Contender[] = [
    contender('sqlite3 .backup + gzip -c + rm', () =>
      timeScript(`sqlite3 ${database} ".backup ${copy}" && gzip -c ${copy} > ${packed} && rm ${copy}`),
    ),
    contender('Snapkeep, gzip', snapkeepBackup('gz')),
    contender('Snapkeep, zstd', snapkeepBackup('zst')),
  ];
  const verifications: Contender[] = [
    contender('gunzip -c + integrity_check', () =>
      timeScript(
        `gunzip -c ${packed} > ${copy} && sqlite3 ${copy} "PRAGMA integrity_check" | grep -qx ok && rm ${copy}`,
      ),
    ),
    contender('Snapkeep, gzip', () => timeCommand(home, 'verify', snapshots.gz).wallMs),
    contender('Snapkeep, zstd', () => timeCommand(home, 'verify', snapshots.zst).wallMs),
  ];
  let sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    process.stdout.write(`round ${round + 1} of ${rounds}\n`);
    for (const format of ['gz', 'zst']) {
      rmSync(join(stored, format), { recursive: true, force: true });
      mkdirSync(join(stored, format));
    }
    takeTurns(backups, round);
    takeTurns(verifications, round);
    sizes = [packed, snapshots.gz, snapshots.zst].map((path) => statSync(path).size);
  }
  printTable([
    ['backup', 'median', 'faster', 'stored'],
    ...rowsOf(backups).map((row, index) => [...row, `${((sizes[index] ?? 0) / 1e6).toFixed(1)} MB`]),
    ['verify', '', '', ''],
    ...rowsOf(verifications).map((row) => [...row, '']),
  ]);
  for (const format of ['gz', 'zst']) rmSync(join(stored, format), { recursive: true });
  printWatched(database, stored);
}

/** What a backup and a verification need of memory, and leave of the main thread. */
function printWatched(database: string, stored: string): void {
  const backups = (['gz', 'zst', 'none'] as const).map((format) => watchSnapkeep('backup', format, database, stored));
  const verifications = backups.map(({ path }) => watchSnapkeep('verify', path));
  const memory = Math.max(...[...backups, ...verifications].map((each) => each.peakMemoryMb));
  const delay = Math.max(...backups.map((each) => each.loopDelayP99Ms));
  process.stdout.write(
    `peak memory ${memory.toFixed(0)} MB; main thread's event-loop delay while backing up, p99 ${delay.toFixed(1)} ms (the worst of three)\n`,
  );
  for (const name of readdirSync(stored)) rmSync(join(stored, name));
}
