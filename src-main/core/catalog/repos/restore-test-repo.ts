import { z } from 'zod';
import { RestoreTestReceipt } from '../../../../src-shared/model/restore/restore-test.ts';
import { among, sql } from '../sql.ts';
import { flag, json, Repo, Table } from '../table.ts';

const RestoreTestRow = z.object({
  runId: z.string(),
  planId: z.string(),
  at: z.string(),
  body: json(RestoreTestReceipt),
});
const LastRestoreTest = z.object({ planId: z.string(), at: z.string(), valid: flag, warning: z.string().nullable() });
const LastAt = z.object({ id: z.string(), at: z.string() });

/** The table of restore tests' receipts. */
export class RestoreTestRepo extends Repo {
  readonly #table = new Table(this.db, 'restore_tests', RestoreTestRow);

  add(planId: string, receipt: RestoreTestReceipt): void {
    this.#table.insert({ runId: receipt.runId, planId, at: receipt.at, body: receipt });
  }

  /** Newest first. */
  list(planId: string, limit: number): RestoreTestReceipt[] {
    return this.#table.all(sql`WHERE plan_id = ${planId} ORDER BY at DESC LIMIT ${limit}`).map(({ body }) => body);
  }

  /** What the last restore test of each plan found. @param planIds without them, of all plans */
  last(planIds?: readonly string[]): Map<string, z.output<typeof LastRestoreTest>> {
    const rows = this.db.all(
      LastRestoreTest,
      sql`SELECT p.id AS "planId", t.at, t.body ->> '$.valid' AS valid, t.body ->> '$.warning' AS warning
          FROM plans p CROSS JOIN restore_tests t ON t.run_id =
            (SELECT run_id FROM restore_tests WHERE plan_id = p.id ORDER BY at DESC LIMIT 1)
          WHERE ${among('p.id', planIds)}`,
    );
    return new Map(rows.map((row) => [row.planId, row]));
  }

  /** When each destination's copies were last tested, by its id. */
  lastByDestination(planId: string): Map<string, string> {
    const rows = this.db.all(
      LastAt,
      sql`SELECT body ->> '$.destinationId' AS id, max(at) AS at FROM restore_tests
          WHERE plan_id = ${planId} AND id IS NOT NULL GROUP BY id`,
    );
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
}
