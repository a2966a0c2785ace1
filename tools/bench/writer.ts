/*
 * A program that keeps committing: node tools/bench/writer.ts DATABASE COMMITS_PER_SECOND
 * Each transaction moves an amount between two accounts of the ledger, so that the balances always add up to nothing.
 * A line on standard input ends a window of time; the writer answers with what the commits in it took.
 */
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';

/** What the commits of a window took, as one line of JSON. */
export interface WriterReport {
  commits: number;
  p50Ms: number;
  p99Ms: number;
  perSecond: number;
}

const [path = '', perSecond = '500'] = process.argv.slice(2);
const database = new Database(path, { timeout: 10_000 });
const debit = database.prepare('UPDATE accounts SET balance = balance - ? WHERE id = ?');
const credit = database.prepare('UPDATE accounts SET balance = balance + ? WHERE id = ?');
const entry = database.prepare('INSERT INTO ledger (debit, credit, amount, note) VALUES (?, ?, ?, ?)');
const transfer = database.transaction((n: number) => {
  const from = (n % 100) + 1;
  const to = ((n * 7) % 100) + 1;
  debit.run(n % 50, from);
  credit.run(n % 50, to);
  entry.run(from, to, n % 50, `transfer ${n}`);
});

const interval = 1000 / Number(perSecond);
let latencies: number[] = [];
let windowStart = performance.now();
let committed = 0;
const firstCommit = performance.now();

const timer = setInterval(() => {
  // What a late timer missed is made up for, so that the rate stays what it was asked to be.
  while (performance.now() - firstCommit > committed * interval) {
    const before = performance.now();
    transfer.immediate(committed);
    latencies.push(performance.now() - before);
    committed += 1;
  }
}, 1);

createInterface({ input: process.stdin })
  .on('line', () => {
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    const report: WriterReport = {
      commits: sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      perSecond: sorted.length / ((performance.now() - windowStart) / 1000),
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    latencies = [];
    windowStart = performance.now();
  })
  .on('close', () => {
    clearInterval(timer);
    database.close();
  });
process.stdout.write('ready\n');
