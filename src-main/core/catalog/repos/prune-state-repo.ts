import { z } from 'zod';
import { BrakeReason } from '../../../../src-shared/model/prune.ts';
import { Retention } from '../../../../src-shared/model/retention.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import { among, sql } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';

/** A brake as it is remembered: nothing up to `snapshot`, by the order of making, is pruned. */
const StoredBrake = z.object({ snapshot: z.int(), since: Instant, reasons: z.array(BrakeReason) });
export type StoredBrake = z.infer<typeof StoredBrake>;

/** What is remembered of the prunes of a plan at one destination. */
const PruneState = z.object({
  /** Up to which snapshot and which run, by their numbers, a person has looked at what stops pruning. */
  reviewed: z.object({ snapshot: z.int(), run: z.int() }),
  /** A retention whose effect on the snapshots up to this number a person has seen. */
  announced: z.object({ snapshot: z.int(), retention: Retention }).nullable(),
  brake: StoredBrake.nullable(),
});
export type PruneState = z.infer<typeof PruneState>;

const NOTHING: PruneState = { reviewed: { snapshot: 0, run: 0 }, announced: null, brake: null };
const PruneStateRow = z.object({ planId: z.string(), destinationId: z.string(), body: json(PruneState) });

/** The table of what holds prunes back, and of what people have reviewed. */
export class PruneStateRepo extends Repo {
  readonly #table = new Table(this.db, 'prune_states', PruneStateRow);

  get(planId: string, destinationId: string): PruneState {
    return this.#table.get(sql`WHERE plan_id = ${planId} AND destination_id = ${destinationId}`)?.body ?? NOTHING;
  }

  /** The brakes of each plan at its destinations. @param planIds without them, of all plans */
  brakes(planIds?: readonly string[]): Map<string, Array<{ destinationId: string; brake: StoredBrake }>> {
    const rows = this.#table
      .all(sql`WHERE ${among('plan_id', planIds)}`)
      .flatMap(({ planId, destinationId, body: { brake } }) =>
        brake === null ? [] : [{ planId, destinationId, brake }],
      );
    return Map.groupBy(rows, ({ planId }) => planId);
  }

  /** Changes what is given. */
  change(planId: string, destinationId: string, change: Partial<PruneState>): void {
    const body = { ...this.get(planId, destinationId), ...change };
    this.#table.save({ planId, destinationId, body }, ['planId', 'destinationId']);
  }
}
