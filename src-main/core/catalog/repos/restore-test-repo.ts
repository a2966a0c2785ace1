import type { RestoreTestReceipt } from '../../../../src-shared/model/restore-test.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** The table of restore tests' receipts. */
export class RestoreTestRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(planId: string, receipt: RestoreTestReceipt): void {
    this.#db
      .prepare('INSERT INTO restore_tests VALUES (?, ?, ?, ?)')
      .run(receipt.runId, planId, receipt.at, JSON.stringify(receipt));
  }

  /** Newest first. */
  list(planId: string, limit: number): RestoreTestReceipt[] {
    const rows = this.#db
      .prepare('SELECT body FROM restore_tests WHERE plan_id = ? ORDER BY at DESC LIMIT ?')
      .pluck()
      .all(planId, limit) as string[];
    return rows.map((body) => JSON.parse(body) as RestoreTestReceipt);
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
