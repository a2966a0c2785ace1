import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Figures } from './figures.ts';
import { median, peakMemory, timeCommand } from './measure.ts';
import { openCore } from './open-core.ts';
import { makeSampleDatabase } from './sample-database.ts';

const SNAPSHOTS = 30;
const ROWS = 10_000_000;

interface RowsOptions {
  folder: string;
  rounds: number;
  figures: Figures;
}

/** Looks inside snapshots: finds a lost row in 30 of them, 100 MB each, and opens a table of ten million rows. */
export async function measureRows(options: RowsOptions): Promise<void> {
  await measureSearch(options);
  await measureFirstRows(options);
}

/** `snapkeep search` as a process: the row is in the first half of the snapshots. */
async function measureSearch({ folder, figures }: RowsOptions): Promise<void> {
  const [database, stored] = [join(folder, 'searched.db'), join(folder, 'searched-snapshots')];
  const environment = { SNAPKEEP_HOME: join(folder, 'searched-home') };
  mkdirSync(stored);
  process.stdout.write(`making ${SNAPSHOTS} snapshots of 100 MB …\n`);
  makeSampleDatabase(database, 100);
  const change = (sql: string): void => {
    const open = new Database(database);
    open.exec(sql);
    open.close();
  };
  change("INSERT INTO notes VALUES (99999999, '2026-01-01', 'customer 4711', 'lost')");
  const plan = ['plan', 'add', '--name', 'searched', '--source', database, '--to', stored, '--format', 'zst'];
  timeCommand(environment, ...plan, '--keep-last', '99');
  for (let n = 0; n < SNAPSHOTS; n++) {
    if (n === SNAPSHOTS / 2) change('DELETE FROM notes WHERE id = 99999999');
    change(`UPDATE accounts SET balance = ${n}`);
    timeCommand(environment, 'backup', 'searched');
  }
  const search = ['search', 'searched', 'customer 4711', '--table', 'notes'];
  const took = timeCommand(environment, ...search);
  if (!took.output.includes('99999999')) throw new Error(`Not found: ${took.output}`);
  figures.milliseconds(`find a row in ${SNAPSHOTS} snapshots of 100 MB`, took.wallMs);
  figures.megabytes('the same, largest process', await peakMemory(environment, ...search));
  for (const path of [database, stored, environment.SNAPKEEP_HOME]) rmSync(path, { recursive: true });
}

/** From the request to the first page of rows of a database that is open. */
async function measureFirstRows({ folder, rounds, figures }: RowsOptions): Promise<void> {
  const path = join(folder, 'rows.db');
  process.stdout.write(`making ${ROWS.toLocaleString('en-US')} rows …\n`);
  const database = new Database(path);
  database.exec(`PRAGMA journal_mode = OFF; CREATE TABLE calls (id INTEGER PRIMARY KEY, who TEXT, took REAL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${ROWS})
    INSERT INTO calls SELECT i, 'caller ' || i % 1000, i / 7.0 FROM n`);
  database.close();
  const core = await openCore(join(folder, 'rows-home'));
  try {
    const { run } = await core.call('browse.open', { source: { path } });
    await core.idle();
    const { run: opened } = await core.call('runs.get', { runId: run.id });
    if (opened.result?.kind !== 'browse') throw new Error('not opened');
    const { viewId } = opened.result;
    if (viewId === null) throw new Error('not open any longer');
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      await core.call('browse.rows', { viewId, table: 'calls', limit: 100 });
      times.push(performance.now() - started);
    }
    figures.milliseconds('first rows of a table of 10 million, the first time', times[0] ?? Number.NaN);
    figures.milliseconds('the same, median', median(times));
  } finally {
    await core.close();
  }
}
