import type { BrakeReason } from '../../../../src-shared/model/prune.ts';
import type { Retention } from '../../../../src-shared/model/retention.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** A brake as it is remembered: nothing up to `snapshot`, by the order of making, is pruned. */
export interface StoredBrake {
  snapshot: number;
  since: string;
  reasons: BrakeReason[];
}

/** What is remembered of the prunes of a plan at one destination. */
export interface PruneState {
  /** Up to which snapshot and which run, by their numbers, a person has looked at what stops pruning. */
  reviewed: { snapshot: number; run: number };
  /** A retention whose effect on the snapshots up to this number a person has seen. */
  announced: { snapshot: number; retention: Retention } | null;
  brake: StoredBrake | null;
}

const NOTHING: PruneState = { reviewed: { snapshot: 0, run: 0 }, announced: null, brake: null };

/** The table of what holds prunes back, and of what people have reviewed. */
export class PruneStateRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(planId: string, destinationId: string): PruneState {
    const body = this.#db
      .prepare('SELECT body FROM prune_states WHERE plan_id = ? AND destination_id = ?')
      .pluck()
      .get(planId, destinationId);
    return body === undefined ? NOTHING : (JSON.parse(String(body)) as PruneState);
  }

  /** Changes what is given. */
  change(planId: string, destinationId: string, change: Partial<PruneState>): void {
    const body = JSON.stringify({ ...this.get(planId, destinationId), ...change });
    this.#db
      .prepare('INSERT INTO prune_states VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body')
      .run(planId, destinationId, body);
  }
}
