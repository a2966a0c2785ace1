import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Measurement } from './measure-snapkeep.ts';

/** Runs a shell script and answers how long it took, in milliseconds. */
export function timeScript(script: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return performance.now() - started;
}

/** Runs a command of Snapkeep's and answers how long its process took from start to end, and what it printed. */
export function timeCommand(home: string, ...args: string[]): { wallMs: number; path: string } {
  const started = performance.now();
  const cli = resolve(import.meta.dirname, '../../out/main/cli.cjs');
  const output = execFileSync(process.execPath, [cli, ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, SNAPKEEP_HOME: home },
  });
  return { wallMs: performance.now() - started, path: (JSON.parse(output) as { path?: string }).path ?? '' };
}

/** Runs a piece of Snapkeep's work in a process that watches itself. */
export function watchSnapkeep(...args: string[]): Measurement {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, 'measure-snapkeep.ts'), ...args], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as Measurement;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Prints rows as a table with aligned columns. */
export function printTable(rows: ReadonlyArray<readonly string[]>): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    process.stdout.write(
      `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`,
    );
}

/** One of those that are compared; the first of them is the measure. */
export interface Contender {
  name: string;
  /** Does it once and answers how many milliseconds it took. */
  once(): number;
  times: number[];
}

/** One that has not run yet. */
export function contender(name: string, once: () => number): Contender {
  return { name, once, times: [] };
}

/** Each once; in each round another one begins, so that none always finds what the same other one left behind. */
export function takeTurns(contenders: readonly Contender[], round: number): void {
  for (let turn = 0; turn < contenders.length; turn++) {
    const next = contenders[(round + turn) % contenders.length];
    next?.times.push(next.once());
  }
}

/** Name, median and how much faster than the first each one is. */
export function rowsOf(contenders: readonly Contender[]): string[][] {
  const baseline = median(contenders[0]?.times ?? []);
  return contenders.map(({ name, times }) => [
    name,
    `${(median(times) / 1000).toFixed(2)} s`,
    `${(baseline / median(times)).toFixed(2)} ×`,
  ]);
}
