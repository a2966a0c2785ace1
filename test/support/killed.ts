import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, inject } from 'vitest';
import type { MethodName } from '../../src-shared/contract/methods.ts';
import { NODE } from './elsewhere.ts';

/**
 * When the process is killed: at a phase or what else it prints, when this many bytes have been uploaded, or this many
 * milliseconds after the run has started.
 */
export type Moment = { phase: string } | { uploaded: number } | { afterMs: number };

/** Runs a core in a process of its own and kills it with its children, as a power cut would; answers whether it was still at it. */
export async function killAt(moment: Moment, home: string, method: MethodName, params: unknown): Promise<boolean> {
  const script = join(inject('bundles'), 'crash-core.cjs');
  const child = spawn(NODE, [script, home, method, JSON.stringify(params)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if ('phase' in moment && line === moment.phase) kill();
    if ('uploaded' in moment && Number(/^uploaded (\d+)$/.exec(line)?.[1] ?? 0) >= moment.uploaded) kill();
    // The moment itself is the time waited for: somewhere in the run, at another place each time.
    if ('afterMs' in moment && line === 'started') setTimeout(() => child.exitCode ?? kill(), moment.afterMs);
  }
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  // The last phases of a run may be over before the signal arrives.
  const mayBeOver = 'phase' in moment ? ['checking', 'confirming'].includes(moment.phase) : 'afterMs' in moment;
  if (!mayBeOver) expect(signal).toBe('SIGKILL');
  return signal === 'SIGKILL';
}

/**
 * Restores, undoes, deletes or puts rows back in a core of its own and kills its worker process, or all, right before a step: a note, a rename or
 * the answer. With the worker alone, the core goes on and ends by itself.
 * @param step a number from 1 on
 * @returns `false`: there are fewer steps, and nothing was killed
 */
export async function killBeforeStep(
  step: number | 'replacing the database' | 'answer',
  who: 'worker' | 'all',
  home: string,
  method: 'restores.start' | 'restores.undo' | 'databaseDeletions.start' | 'rows.putBack',
  params: unknown,
): Promise<boolean> {
  const script = join(inject('bundles'), 'crash-core.cjs');
  const child = spawn(NODE, [script, home, method, JSON.stringify(params)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'die-at-step.ts'))}`,
      DIE_AT_STEP: String(step),
      DIE_WHO: who,
    },
  });
  let told = '';
  child.stderr.on('data', (data: Buffer) => {
    told += data;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return signal === 'SIGKILL' || told.includes('lost');
}

/** Numbers that are the same in every run. */
function* seeded(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Moments within so many milliseconds, the same in every run. */
export function randomMoments(count: number, within: number): Moment[] {
  const numbers = seeded(4242);
  return Array.from({ length: count }, () => ({ afterMs: Math.round((numbers.next().value ?? 0) * within) }));
}
