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

/**
 * Runs a command of Snapkeep's and answers how long its process took from start to end, and what it printed.
 * @param environment the data folder (`SNAPKEEP_HOME`) and what else it is to find there
 */
export function timeCommand(environment: Record<string, string>, ...args: string[]): { wallMs: number; path: string } {
  const started = performance.now();
  const cli = resolve(import.meta.dirname, '../../out/main/cli.cjs');
  const output = execFileSync(process.execPath, [cli, ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
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
