/*
 * Measures Snapkeep against the scripts people use, side by side in one run:
 * npm run bench [-- --megabytes 500] [-- --rounds 5] [-- --files 500] [-- --days 30] [-- --only scripts|live|folders|retention]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFolders } from './bench-folders.ts';
import { measureLive } from './bench-live.ts';
import { measureRetention } from './bench-retention.ts';
import { measureScripts } from './bench-scripts.ts';
import { makeSampleDatabase } from './sample-database.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
    files: { type: 'string', default: '500' },
    days: { type: 'string', default: '30' },
    only: { type: 'string' },
  },
});

if (values.only === undefined || values.only === 'retention') measureRetention(Number(values.rounds));
if (values.only === 'retention') process.exit();

const folder = mkdtempSync(join(tmpdir(), 'snapkeep-bench-'));
try {
  if (values.only === undefined || values.only === 'folders')
    await measureFolders({ folder, files: Number(values.files), days: Number(values.days) });
  if (values.only !== 'folders') await measureDatabases();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureDatabases(): Promise<void> {
  const database = join(folder, 'sample.db');
  process.stdout.write(
    `${cpus().length} cores, Node ${process.versions.node}, ${sqliteOfTheShell()}; making ${values.megabytes} MB …\n`,
  );
  makeSampleDatabase(database, Number(values.megabytes));
  const stored = join(folder, 'stored');
  mkdirSync(stored);
  if (values.only !== 'live') measureScripts({ database, stored, folder, rounds: Number(values.rounds) });
  if (values.only !== 'scripts') await measureLive({ database, stored, rounds: Number(values.rounds) });
  const left = readdirSync(stored).filter((name) => statSync(join(stored, name)).isFile() && name.endsWith('.partial'));
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
}

function sqliteOfTheShell(): string {
  return `sqlite3 ${execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0]}`;
}
