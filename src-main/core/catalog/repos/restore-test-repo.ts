import { z } from 'zod';
import { RestoreTestReceipt } from '../../../../src-shared/model/restore/restore-test.ts';
import type { RunState } from '../../../../src-shared/model/run.ts';
import { among, type Sql, sql } from '../sql.ts';
import { flag, json, Repo, Table } from '../table.ts';

const RestoreTestRow = z.object({
  runId: z.string(),
  planId: z.string(),
  at: z.string(),
  body: json(RestoreTestReceipt),
});
const LastNumber = z.object({ id: z.string(), number: z.int() });
/** How the last restore test of a plan ended; one that could not be made counts, too. */
const LastRestoreTest = z.object({
  planId: z.string(),
  at: z.string(),
  valid: flag,
  warning: z.string().nullable(),
  /** Why it ended without a receipt; `null`: it has one. */
  failure: z.string().nullable(),
});
export type LastRestoreTest = Omit<z.output<typeof LastRestoreTest>, 'planId'>;

/** The table of restore tests' receipts. */
export class RestoreTestRepo extends Repo {
  readonly #table = new Table(this.db, 'restore_tests', RestoreTestRow);

  add(planId: string, receipt: RestoreTestReceipt): void {
    this.#table.insert({ runId: receipt.runId, planId, at: receipt.at, body: receipt });
  }

  /** The last first, in the order in which they were made. */
  list(planId: string, limit: number): RestoreTestReceipt[] {
    return this.#table.all(sql`WHERE plan_id = ${planId} ORDER BY number DESC LIMIT ${limit}`).map(({ body }) => body);
  }

  /** How the last restore test of each plan ended. @param planIds without them, of all plans */
  last(planIds?: readonly string[]): Map<string, LastRestoreTest> {
    const newest = (state: RunState): Sql =>
      sql`coalesce((SELECT max(number) FROM runs WHERE plan_id = p.id AND kind = 'restoreTest' AND state = ${state}), 0)`;
    const rows = this.db.all(
      LastRestoreTest,
      sql`SELECT p.id AS "planId",
            CASE WHEN r.id IS NULL THEN t.at ELSE r.finished_at END AS at,
            CASE WHEN r.id IS NULL THEN t.body ->> '$.valid' ELSE 0 END AS valid,
            CASE WHEN r.id IS NULL THEN t.body ->> '$.warning' END AS warning,
            r.body ->> '$.error.message' AS failure
          FROM plans p
          LEFT JOIN restore_tests t ON t.number = (SELECT max(number) FROM restore_tests WHERE plan_id = p.id)
          LEFT JOIN runs r ON r.number = max(${newest('succeeded')}, ${newest('failed')}, ${newest('interrupted')})
            AND r.state <> 'succeeded' AND r.id IS NOT t.run_id
          WHERE coalesce(t.number, r.number) IS NOT NULL AND ${among('p.id', planIds)}`,
    );
    return new Map(rows.map(({ planId, ...last }) => [planId, last]));
  }

  /** Which test of this plan was the last of each destination's copies, by its id; a higher number is a later one. */
  lastByDestination(planId: string): Map<string, number> {
    const rows = this.db.all(
      LastNumber,
      sql`SELECT body ->> '$.destinationId' AS id, max(number) AS number FROM restore_tests
          WHERE plan_id = ${planId} AND id IS NOT NULL GROUP BY id`,
    );
    return new Map(rows.map(({ id, number }) => [id, number]));
  }
}
