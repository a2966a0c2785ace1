import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Measurement } from './measure-snapkeep.ts';

/** Runs a shell script and answers how long it took, in milliseconds. */
export function timeScript(script: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return performance.now() - started;
}

/** Runs a piece of Snapkeep's work in a process of its own; `wallMs` counts the process from start to end, as for a script. */
export function timeSnapkeep(...args: string[]): Measurement & { wallMs: number } {
  const started = performance.now();
  const output = execFileSync(process.execPath, [join(import.meta.dirname, 'measure-snapkeep.ts'), ...args], {
    encoding: 'utf8',
  });
  return { ...(JSON.parse(output) as Measurement), wallMs: performance.now() - started };
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
