import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median, printTable, timeCommand, timeScript, watchSnapkeep } from './measure.ts';

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
  const copy = join(folder, 'script-copy.db');
  const packed = join(folder, 'script-copy.db.gz');
  const times: Record<'script' | 'gz' | 'zst' | 'scriptVerify' | 'verify' | 'verifyZst', number[]> = {
    script: [],
    gz: [],
    zst: [],
    scriptVerify: [],
    verify: [],
    verifyZst: [],
  };
  const home = join(folder, 'home');
  const sizes: Record<string, number> = {};
  for (let round = 1; round <= rounds; round++) {
    process.stdout.write(`round ${round} of ${rounds}\n`);
    times.script.push(timeScript(`sqlite3 ${database} ".backup ${copy}" && gzip -c ${copy} > ${packed} && rm ${copy}`));
    sizes.script = statSync(packed).size;
    for (const format of ['gz', 'zst'] as const) {
      const backup = timeCommand(
        home,
        'backup',
        '--source',
        database,
        '--to',
        stored,
        '--format',
        format,
        '--no-verify',
      );
      times[format].push(backup.wallMs);
      sizes[format] = statSync(backup.path).size;
      times[format === 'gz' ? 'verify' : 'verifyZst'].push(timeCommand(home, 'verify', backup.path).wallMs);
      for (const name of readdirSync(stored)) rmSync(join(stored, name));
    }
    times.scriptVerify.push(
      timeScript(
        `gunzip -c ${packed} > ${copy} && sqlite3 ${copy} "PRAGMA integrity_check" | grep -qx ok && rm ${copy}`,
      ),
    );
  }
  const row = (name: string, values: number[], baseline: number[], size?: number): string[] => [
    name,
    `${(median(values) / 1000).toFixed(2)} s`,
    `${(median(baseline) / median(values)).toFixed(2)} ×`,
    size === undefined ? '' : `${(size / 1e6).toFixed(1)} MB`,
  ];
  printTable([
    ['backup', 'median', 'faster', 'stored'],
    row('sqlite3 .backup + gzip -c + rm', times.script, times.script, sizes.script),
    row('Snapkeep, gzip', times.gz, times.script, sizes.gz),
    row('Snapkeep, zstd', times.zst, times.script, sizes.zst),
    ['verify', '', '', ''],
    row('gunzip -c + integrity_check', times.scriptVerify, times.scriptVerify),
    row('Snapkeep, gzip', times.verify, times.scriptVerify),
    row('Snapkeep, zstd', times.verifyZst, times.scriptVerify),
  ]);
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
