import type { Operation } from './operations.ts';

/** One thing that must never happen and did. */
export interface Violation {
  attempt: string;
  what: string;
}

/** Counts the attempts of one phase and what went wrong in them. */
export class Tally {
  readonly phase: string;
  readonly violations: Violation[] = [];
  /** What of the phase could not be tried on this machine. */
  readonly leftOut: string[] = [];
  attempts = 0;
  /** The attempts of each operation, where a phase tries several: how many, and how long they took in milliseconds. */
  readonly #operations = new Map<string, { attempts: number; ms: number }>();
  readonly #started = performance.now();

  constructor(phase: string) {
    this.phase = phase;
  }

  /** Makes one attempt. Whatever it yields or throws is a violation. */
  async attempt(
    name: string,
    work: () => AsyncGenerator<string> | Generator<string>,
    operation?: Operation,
  ): Promise<void> {
    const began = performance.now();
    this.attempts += 1;
    try {
      for await (const what of work()) this.violations.push({ attempt: name, what });
    } catch (error) {
      this.fail(name, error);
    }
    if (operation === undefined) return;
    const { attempts, ms } = this.#operations.get(operation.name) ?? { attempts: 0, ms: 0 };
    this.#operations.set(operation.name, { attempts: attempts + 1, ms: ms + performance.now() - began });
  }

  /** Notes what was thrown as a violation. */
  fail(attempt: string, error: unknown): void {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violations.push({ attempt, what });
  }

  /** A line with the figures of the phase, and one for each operation, each violation and each thing left out. */
  get summary(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const line = (name: string, attempts: number, rest: string): string =>
      `${name.padEnd(40)} ${String(attempts).padStart(6)} attempts ${rest}`;
    const operations = [...this.#operations].map(([name, { attempts, ms }]) =>
      line(`  ${name}`, attempts, `${(ms / 1000).toFixed(0)} s`),
    );
    const first = line(this.phase, this.attempts, `${this.violations.length} violations ${seconds.toFixed(0)} s`);
    const lines = this.violations.map(({ attempt, what }) => `  ${attempt}: ${what}`);
    const leftOut = this.leftOut.map((why) => `  left out: ${why}`);
    return [first, ...operations, ...lines, ...leftOut].join('\n');
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruential generator, Numerical Recipes). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** At most so many of a list, spread evenly over it. */
export function sample<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  if (count >= items.length) return [...items];
  const width = items.length / count;
  return Array.from({ length: count }, (_, n) => items[Math.floor((n + random()) * width)] as Item);
}

/** How large a campaign is. */
export interface Extent {
  /** Those that are killed. */
  operations: readonly Operation[];
  /** At random instants. */
  kills: number;
  /** Of what is done with a history, at random instants. */
  historyKills: number;
  /** At system calls that write, for each operation. */
  systemCalls: number;
  /** So many operations are killed at system calls at most. */
  tracedOperations: number;
  /** Of free space, for each disk and operation. */
  diskSteps: number;
  /** So many of these steps are tried at most. */
  fullDisks: number;
  unmounts: number;
  damagedFiles: number;
  /** How long another program writes, in seconds. */
  writerSeconds: number;
  /** Of two services at one destination. */
  rounds: number;
  /** Also at a bucket and on an SSH server. */
  remoteServices: boolean;
  seed: number;
}
