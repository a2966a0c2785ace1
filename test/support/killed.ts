import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject } from 'vitest';
import type { MethodName } from '../../src-shared/contract/methods.ts';
import { NODE } from './elsewhere.ts';

/** When the process is killed: at a phase or what else it prints, or this many milliseconds after the run has started. */
export type Moment = { phase: string } | { afterMs: number };

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
    // The moment itself is the time waited for: somewhere in the run, at another place each time.
    if ('afterMs' in moment && line === 'started') setTimeout(() => child.exitCode ?? kill(), moment.afterMs);
  }
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  // The last phases of a run may be over before the signal arrives.
  if ('phase' in moment && !['checking', 'confirming'].includes(moment.phase)) expect(signal).toBe('SIGKILL');
  return signal === 'SIGKILL';
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
