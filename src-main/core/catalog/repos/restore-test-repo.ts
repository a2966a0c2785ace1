import { z } from 'zod';
import { RestoreTestReceipt } from '../../../../src-shared/model/restore/restore-test.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';
import { json, Table } from '../table.ts';

const RestoreTestRow = z.object({
  runId: z.string(),
  planId: z.string(),
  at: z.string(),
  body: json(RestoreTestReceipt),
});

/** The table of restore tests' receipts. */
export class RestoreTestRepo {
  readonly #db: Database;
  readonly #table: Table<typeof RestoreTestRow>;

  constructor(db: Database) {
    this.#db = db;
    this.#table = new Table(db, 'restore_tests', RestoreTestRow);
  }

  add(planId: string, receipt: RestoreTestReceipt): void {
    this.#table.insert({ runId: receipt.runId, planId, at: receipt.at, body: receipt });
  }

  /** Newest first. */
  list(planId: string, limit: number): RestoreTestReceipt[] {
    return this.#table.all('WHERE plan_id = ? ORDER BY at DESC LIMIT ?', planId, limit).map(({ body }) => body);
  }

  /** When each destination's copies were last tested, by its id. */
  lastByDestination(planId: string): Map<string, string> {
    const rows = this.#db
      .prepare(
        `SELECT body ->> '$.destinationId' AS id, max(at) AS at FROM restore_tests WHERE plan_id = ? AND id IS NOT NULL GROUP BY id`,
      )
      .all(planId) as Array<{ id: string; at: string }>;
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
}
