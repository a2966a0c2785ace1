/*
 * Measures Snapkeep against the scripts people use, side by side in one run, as whole processes:
 * npm run bench [-- --megabytes 500] [-- --rounds 5] [-- --files 500] [-- --days 30]
 *   [-- --only scripts|start|live|dump|encrypted|upload|folders|retention|catalog|scale|window|find|compare|rows|history|idle] [-- --minutes 10]
 *   [-- --beside docs/performance.md]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCatalog } from './bench-catalog.ts';
import { measureCompare } from './bench-compare.ts';
import { measureDump } from './bench-dump.ts';
import { measureEncrypted } from './bench-encrypted.ts';
import { measureFind } from './bench-find.ts';
import { measureFolders } from './bench-folders.ts';
import { measureHistory } from './bench-history.ts';
import { measureIdle } from './bench-idle.ts';
import { measureLive } from './bench-live.ts';
import { measureRetention } from './bench-retention.ts';
import { measureRows } from './bench-rows.ts';
import { measureScale } from './bench-scale.ts';
import { measureScripts } from './bench-scripts.ts';
import { measureStart } from './bench-start.ts';
import { measureUpload } from './bench-upload.ts';
import { measureWindow } from './bench-window.ts';
import { Figures } from './figures.ts';
import { makeBlobsDatabase, makeSampleDatabase, makeTextDatabase } from './sample-database.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
    files: { type: 'string', default: '500' },
    days: { type: 'string', default: '30' },
    minutes: { type: 'string', default: '10' },
    only: { type: 'string', multiple: true },
    beside: { type: 'string' },
  },
});

const rounds = Number(values.rounds);
const megabytes = Number(values.megabytes);
const figures = new Figures();
const wanted = (name: string): boolean => values.only === undefined || values.only.includes(name);

process.stdout.write(`${cpus().length} cores, Node ${process.versions.node}, ${sqliteOfTheShell()}\n`);
if (wanted('retention')) measureRetention(rounds);
const folder = mkdtempSync(join(tmpdir(), 'snapkeep-bench-'));
try {
  if (wanted('start')) await measureStart({ folder, rounds, figures });
  if (wanted('scripts')) await measureAll();
  if (wanted('live') || wanted('dump')) await measurePlain();
  if (wanted('encrypted')) await measureEncrypted({ folder, megabytes, rounds, figures });
  if (wanted('folders')) await measureFolders({ folder, files: Number(values.files), days: Number(values.days) });
  if (wanted('catalog')) await measureCatalog({ folder, rounds });
  if (wanted('scale')) await measureScale({ folder, rounds });
  if (wanted('window')) await measureWindow({ folder, rounds, figures });
  if (wanted('compare')) await measureCompare({ folder, megabytes, rounds, figures });
  if (wanted('rows')) await measureRows({ folder, rounds, figures });
  if (wanted('history')) await measureHistory({ folder, megabytes, rounds, figures });
  if (wanted('find')) await measureFind({ folder, figures });
  // It takes seven times as long as is asked for, so it is asked for by name.
  if (values.only?.includes('idle')) await measureIdle({ folder, minutes: Number(values.minutes), figures });
  if (wanted('upload')) for (const size of [300, 20]) await measureUpload({ folder, megabytes: size, rounds, figures });
  if (values.beside === undefined) figures.print();
  else figures.printBeside(readFileSync(values.beside, 'utf8'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The mixed database is the largest; the others are of three and two fifths of its size. */
async function measureAll(): Promise<void> {
  const databases = [
    ['mixed', makeSampleDatabase, megabytes],
    ['text', makeTextDatabase, (megabytes * 3) / 5],
    ['blobs', makeBlobsDatabase, (megabytes * 2) / 5],
  ] as const;
  for (const [what, make, size] of databases) {
    const database = join(folder, `${what}.db`);
    process.stdout.write(`making ${size} MB of ${what} …\n`);
    make(database, size);
    await measureScripts({ what, database, folder, rounds, figures });
    rmSync(database);
  }
}

async function measurePlain(): Promise<void> {
  const database = join(folder, 'sample.db');
  const stored = join(folder, 'stored');
  process.stdout.write(`making ${megabytes} MB …\n`);
  makeSampleDatabase(database, megabytes);
  mkdirSync(stored);
  if (wanted('live')) await measureLive({ database, stored, rounds, figures });
  if (wanted('dump')) await measureDump({ database, folder, rounds });
  const left = readdirSync(stored).filter((name) => statSync(join(stored, name)).isFile() && name.endsWith('.partial'));
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
  rmSync(database);
}

function sqliteOfTheShell(): string {
  return `sqlite3 ${execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0]}`;
}
