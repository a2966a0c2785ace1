import { basename, sep } from 'node:path';

/** Something that wants to run while nobody else uses what it uses. */
export interface QueuedJob {
  readonly id: string;
  /** The databases and files it uses, as canonical paths: one job at a time for each. */
  readonly locks: readonly string[];
  /** Folders that it stores to. */
  readonly folders: readonly string[];
  start(): Promise<void>;
  /** Told why it waits, whenever that changes. */
  waits(reason: string): void;
}

/**
 * Decides what runs when: in the order asked for, a few at a time, and never two on the same database.
 */
export class RunQueue {
  readonly #parallel: number;
  readonly #waiting: QueuedJob[] = [];
  /** What each waiting job was last told. */
  readonly #told = new Map<string, string>();
  readonly #running = new Map<string, { job: QueuedJob; done: Promise<void> }>();
  /** Folders that nobody may use for a while. */
  readonly #held = new Set<string>();
  #closed = false;

  /** @param parallel how many jobs run at a time */
  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  add(job: QueuedJob): void {
    this.#waiting.push(job);
    this.#startNext();
  }

  /** Takes a job out that has not started; answers whether it was waiting. */
  withdraw(id: string): boolean {
    const index = this.#waiting.findIndex((job) => job.id === id);
    if (index < 0) return false;
    this.#waiting.splice(index, 1);
    this.#told.delete(id);
    this.#startNext();
    return true;
  }

  /** Whether a running job uses this canonical path. */
  isLocked(path: string): boolean {
    return this.#holderOf(path) !== undefined;
  }

  /** Whether a job that waits or runs uses this canonical path. */
  isWanted(path: string): boolean {
    return this.isLocked(path) || this.#waiting.some(({ locks }) => locks.includes(path));
  }

  /** Starts no job that uses a folder or what is in it, until the answer is called. One that runs goes on. */
  hold(folder: string): () => void {
    this.#held.add(folder);
    return () => {
      this.#held.delete(folder);
      this.#startNext();
    };
  }

  /** Starts nothing more and waits for what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running.values()].map((entry) => entry.done));
  }

  #startNext(): void {
    if (this.#closed) return;
    const claimed = new Set<string>();
    for (const job of [...this.#waiting]) {
      const reason = this.#reasonToWait(job, claimed);
      // What an earlier job waits for is kept for it, so that nobody is overtaken for ever.
      for (const lock of job.locks) claimed.add(lock);
      if (reason === undefined) this.#start(job);
      else this.#tell(job, reason);
    }
  }

  #tell(job: QueuedJob, reason: string): void {
    if (this.#told.get(job.id) === reason) return;
    this.#told.set(job.id, reason);
    job.waits(reason);
  }

  #start(job: QueuedJob): void {
    this.#waiting.splice(this.#waiting.indexOf(job), 1);
    this.#told.delete(job.id);
    const done = job.start().finally(() => {
      this.#running.delete(job.id);
      this.#startNext();
    });
    this.#running.set(job.id, { job, done });
  }

  #reasonToWait(job: QueuedJob, claimed: ReadonlySet<string>): string | undefined {
    const busy = job.locks.find((lock) => claimed.has(lock) || this.#holderOf(lock) !== undefined);
    if (busy !== undefined) return `another run on ${basename(busy)}`;
    const held = this.#heldOf(job);
    if (held !== undefined) return `the clean-up of ${held}`;
    if (this.#running.size >= this.#parallel) return `${this.#running.size} other runs`;
    return undefined;
  }

  #heldOf({ locks, folders }: QueuedJob): string | undefined {
    const used = [...locks, ...folders];
    return [...this.#held].find((held) => used.some((path) => path === held || path.startsWith(held + sep)));
  }

  #holderOf(path: string): QueuedJob | undefined {
    for (const { job } of this.#running.values()) if (job.locks.includes(path)) return job;
    return undefined;
  }
}
