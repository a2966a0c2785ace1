/*
 * Measures Snapkeep against the scripts people use, side by side in one run:
 * npm run bench [-- --megabytes 500] [-- --rounds 5] [-- --only scripts|live|dump|retention]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDump } from './bench-dump.ts';
import { measureLive } from './bench-live.ts';
import { measureRetention } from './bench-retention.ts';
import { measureScripts } from './bench-scripts.ts';
import { makeSampleDatabase } from './sample-database.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});

if (values.only === undefined || values.only === 'retention') measureRetention(Number(values.rounds));
if (values.only === 'retention') process.exit();

const folder = mkdtempSync(join(tmpdir(), 'snapkeep-bench-'));
try {
  const database = join(folder, 'sample.db');
  process.stdout.write(
    `${cpus().length} cores, Node ${process.versions.node}, ${sqliteOfTheShell()}; making ${values.megabytes} MB …\n`,
  );
  makeSampleDatabase(database, Number(values.megabytes));
  const stored = join(folder, 'stored');
  mkdirSync(stored);
  const rounds = Number(values.rounds);
  const wanted = (name: string): boolean => values.only === undefined || values.only === name;
  if (wanted('scripts')) measureScripts({ database, stored, folder, rounds });
  if (wanted('live')) await measureLive({ database, stored, rounds });
  if (wanted('dump')) measureDump({ database, folder, rounds });
  const left = readdirSync(stored).filter((name) => statSync(join(stored, name)).isFile() && name.endsWith('.partial'));
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function sqliteOfTheShell(): string {
  return `sqlite3 ${execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0]}`;
}
