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
  readonly #started = performance.now();

  constructor(phase: string) {
    this.phase = phase;
  }

  /** Makes one attempt. Whatever it yields or throws is a violation. */
  async attempt(name: string, work: () => AsyncGenerator<string> | Generator<string>): Promise<void> {
    this.attempts += 1;
    try {
      for await (const what of work()) this.violations.push({ attempt: name, what });
    } catch (error) {
      this.violations.push({
        attempt: name,
        what: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
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

/** How large a campaign is. */
export interface Extent {
  /** At random instants. */
  kills: number;
  /** At system calls that write, for each operation. */
  systemCalls: number;
  /** Of free space, for each disk and operation. */
  diskSteps: number;
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
