import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import type { Figures } from './figures.ts';
import { median, printTable, timeCommand } from './measure.ts';
import type { WriterReport } from './writer.ts';

const run = promisify(execFile);

/** Where and how often to measure. */
export interface LiveBench {
  database: string;
  stored: string;
  rounds: number;
  figures: Figures;
}

/**
 * Backs up while another process commits 500 transactions a second, and checks in each snapshot that the balances add
 * up. Prints how much longer it took than when all was quiet, and what the writer noticed of it.
 */
export async function measureLive({ database, stored, rounds, figures }: LiveBench): Promise<void> {
  const quiet: number[] = [];
  for (let round = 0; round < rounds; round++) quiet.push(await backUp(database, stored));
  const writer = new Writer(database);
  await writer.next();
  const alone: WriterReport[] = [];
  const during: WriterReport[] = [];
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await writer.report();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    alone.push(await writer.report());
    busy.push(await backUp(database, stored));
    during.push(await writer.report());
  }
  writer.stop();
  const aloneP99 = median(alone.map((report) => report.p99Ms));
  const duringP99 = median(during.map((report) => report.p99Ms));
  printTable([
    ['500 commits/s from another process', 'quiet', 'live', 'ratio'],
    [
      'snapkeep backup, zstd, verified',
      `${(median(quiet) / 1000).toFixed(2)} s`,
      `${(median(busy) / 1000).toFixed(2)} s`,
      `${(median(busy) / median(quiet)).toFixed(2)} ×`,
    ],
    [
      'writer p50',
      `${median(alone.map((r) => r.p50Ms)).toFixed(2)} ms`,
      `${median(during.map((r) => r.p50Ms)).toFixed(2)} ms`,
      '',
    ],
    ['writer p99', `${aloneP99.toFixed(2)} ms`, `${duringP99.toFixed(2)} ms`, `${(duringP99 / aloneP99).toFixed(2)} ×`],
    [
      'commits per second',
      median(alone.map((r) => r.perSecond)).toFixed(0),
      median(during.map((r) => r.perSecond)).toFixed(0),
      '',
    ],
  ]);
  figures.times('backup under 500 commits a second against the quiet time', median(busy) / median(quiet));
  figures.times('p99 of the writer during a backup against alone', duringP99 / aloneP99);
  process.stdout.write(`the balances added up in all ${rounds} snapshots\n`);
}

async function backUp(database: string, stored: string): Promise<number> {
  const home = { SNAPKEEP_HOME: join(stored, '..', 'live-home') };
  const { wallMs, path } = timeCommand(home, 'backup', '--source', database, '--to', stored, '--format', 'zst');
  const image = join(stored, 'image.db');
  await run('zstd', ['-q', '-d', '-f', path, '-o', image]);
  requireBalance(image);
  for (const made of [image, path, `${path}.manifest.json`]) rmSync(made);
  return wallMs;
}

function requireBalance(path: string): void {
  const image = new Database(path);
  image.pragma('journal_mode = DELETE');
  const sum = image.prepare('SELECT sum(balance) FROM accounts').pluck().get();
  const moved = image
    .prepare(
      `SELECT count(*) FROM accounts WHERE balance <>
        (SELECT coalesce(sum(amount), 0) FROM ledger WHERE credit = accounts.id) - (SELECT coalesce(sum(amount), 0) FROM ledger WHERE debit = accounts.id)`,
    )
    .pluck()
    .get();
  image.close();
  if (sum !== 0 || moved !== 0)
    throw new Error(`The snapshot is not consistent: sum ${sum}, ${moved} accounts differ from the ledger.`);
}

/** A program that commits 500 times a second. */
export class Writer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  constructor(database: string) {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), database, '500']);
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  next(): Promise<string> {
    return new Promise((resolve) => this.#lines.once('line', resolve));
  }

  async report(): Promise<WriterReport> {
    const answer = this.next();
    this.#child.stdin.write('report\n');
    return JSON.parse(await answer) as WriterReport;
  }

  stop(): void {
    this.#child.stdin.end();
  }
}
