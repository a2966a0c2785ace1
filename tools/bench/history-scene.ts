import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Core } from '../../src-main/core/core.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import type { Clock } from '../../src-main/core/ports.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import type { HistoryKeepRules } from '../../src-shared/model/history/history-settings.ts';
import { HistorySettings } from '../../src-shared/model/history/history-settings.ts';
import type { Point } from '../../src-shared/model/history/point.ts';
import { bytesOnDisk } from '../../test/support/trees.ts';
import { peakMemory, timeCommand } from './measure.ts';
import { type Contender, contender } from './turns.ts';

/** So many points are listed at a time. */
const PAGE = 500;
const WORKER = join(import.meta.dirname, '../../out/main/worker.cjs');

/** A clock that can be put forward. */
class AheadClock implements Clock {
  ms = 0;
  now = (): Date => new Date(Date.now() + this.ms);
  wake(afterMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  }
}

/** A plan with a history, as a service has it, in a folder of its own. */
export class HistoryScene {
  readonly store: string;
  readonly clock = new AheadClock();
  readonly #home: string;
  readonly #source: string;
  #core: Core | null = null;
  #planId = '';

  constructor(place: string, source: string) {
    this.store = join(place, 'snapkeep');
    this.#home = join(place, 'home');
    this.#source = source;
  }

  /** Starts the service, and makes the plan where there is none. */
  async start(keep?: HistoryKeepRules): Promise<void> {
    const ports = { host: 'cli', capabilities: NO_CAPABILITIES, startWorkerProcess: forkedWorker(WORKER) } as const;
    this.#core = await createCore({ dataFolder: this.#home, ports: { ...ports, clock: this.clock } });
    if (this.#planId !== '') return;
    const history = HistorySettings.parse({ storage: 'both', ...(keep === undefined ? {} : { keep }) });
    const plan = { name: 'measured', sourcePath: this.#source, compression: 'zst', history } as const;
    mkdirSync(this.store);
    this.#planId = (await this.#core.call('plans.create', { ...plan, destinations: [{ path: this.store }] })).id;
  }

  async stop(): Promise<void> {
    await this.#core?.close();
    this.#core = null;
  }

  /** Captures what has changed, to the end: stored and synced at the destination. @returns its time in milliseconds */
  async capture(): Promise<number> {
    const started = performance.now();
    await this.#run('history.capture');
    return performance.now() - started;
  }

  prune = (): Promise<void> => this.#run('history.prune');

  async #run(method: 'history.capture' | 'history.prune'): Promise<void> {
    if (this.#core === null) throw new Error('The service has not started.');
    const { run } = await this.#core.call(method, { planId: this.#planId });
    const { state, error } = await this.#core.runEnded(run.id);
    if (state !== 'succeeded') throw new Error(`${method}: ${error?.message}`);
  }

  /** The points that are kept, newest first. */
  async points(): Promise<Point[]> {
    if (this.#core === null) throw new Error('The service has not started.');
    const points: Point[] = [];
    for (let before: number | undefined; ; before = points.at(-1)?.txid) {
      const page = await this.#core.call('history.points', { planId: this.#planId, limit: PAGE, before });
      points.push(...page);
      if (page.length < PAGE) return points;
    }
  }

  /** All that it stores. */
  get bytes(): number {
    return bytesOnDisk([this.store]);
  }

  /** Backs the database up as a full snapshot, which is not part of the plan. @returns its path */
  fullSnapshot(place: string): string {
    return timeCommand(this.#environment, 'backup', '--source', this.#source, '--to', place, '--format', 'zst').path;
  }

  /** Restores a snapshot or a point to a new path, as a person does. Nothing may be open in the data folder. */
  restore(name: string, target: string, what: readonly string[]): Contender {
    return contender(name, () => {
      const took = timeCommand(this.#environment, 'restore', ...what, '--to', target);
      rmSync(target);
      return took;
    });
  }

  /** The most memory of a process of a restore, in megabytes. */
  async restoreMemory(target: string, what: readonly string[]): Promise<number> {
    const peak = await peakMemory(this.#environment, 'restore', ...what, '--to', target);
    rmSync(target);
    return peak;
  }

  get #environment(): Record<string, string> {
    return { SNAPKEEP_HOME: this.#home };
  }
}

/** Changes 1 % of the notes, all over the database. */
export function changeNotes(database: Database.Database, round: number): void {
  database
    .prepare("UPDATE notes SET body = substr(body, 20) || ' ' || hex(randomblob(9)) WHERE id % 100 = ?")
    .run(round % 100);
}
