import { z } from 'zod';
import { ErrorBody } from '../../../../src-shared/contract/errors.ts';
import { among, sql } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';

/** Where a path of a plan leads. */
const FollowedPath = z.object({
  /** As it was given for the plan. */
  given: z.string(),
  /** With all links followed. */
  path: z.string(),
  /** Where it led before, since a person last saved the plan; `null`: there as well. */
  movedFrom: z.string().nullable(),
});

/** What the last check of a plan's source found. */
const SourceCheck = z.object({
  at: z.string(),
  /** When the source could last be used; `null`: never, or before this was recorded. */
  reachedAt: z.string().nullable().default(null),
  /** Why the source cannot be used; `null`: it can. */
  problem: ErrorBody.nullable(),
  /** Where its database and its attached files are; what has not been found yet is left out. */
  followed: z.array(FollowedPath),
  /** All destinations are folders on the disk that the source is on. */
  oneDisk: z.boolean(),
});
export type SourceCheck = z.infer<typeof SourceCheck>;

const SourceCheckRow = z.object({ planId: z.string(), body: json(SourceCheck) });

/** The table of what was last seen of the plans' sources. */
export class CheckRepo extends Repo {
  readonly #table = new Table(this.db, 'source_checks', SourceCheckRow);

  get(planId: string): SourceCheck | undefined {
    return this.#table.get(sql`WHERE plan_id = ${planId}`)?.body;
  }

  /** What was last seen of the sources of plans. @param planIds without them, of all */
  list(planIds?: readonly string[]): Map<string, SourceCheck> {
    const rows = this.#table.all(sql`WHERE ${among('plan_id', planIds)}`);
    return new Map(rows.map(({ planId, body }) => [planId, body]));
  }

  /** Nothing that was seen of any source holds any more. */
  forget(): void {
    this.db.run(sql`DELETE FROM source_checks`);
  }

  /** Nothing is kept of a plan that has been removed meanwhile. */
  save(planId: string, check: SourceCheck): void {
    if (this.db.has(sql`SELECT 1 FROM plans WHERE id = ${planId}`))
      this.#table.save({ planId, body: check }, ['planId']);
  }
}
