import type { DrillReceipt } from '../../../src-shared/model/drill.ts';
import type { Database } from '../engine/open-database.ts';

/** The table of drills' receipts. */
export class DrillRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(planId: string, receipt: DrillReceipt): void {
    this.#db
      .prepare('INSERT INTO drills VALUES (?, ?, ?, ?)')
      .run(receipt.runId, planId, receipt.at, JSON.stringify(receipt));
  }

  /** Newest first. */
  list(planId: string, limit: number): DrillReceipt[] {
    const rows = this.#db
      .prepare('SELECT body FROM drills WHERE plan_id = ? ORDER BY at DESC LIMIT ?')
      .pluck()
      .all(planId, limit) as string[];
    return rows.map((body) => JSON.parse(body) as DrillReceipt);
  }

  /** When each destination's copies were last drilled, by its id. */
  lastByDestination(planId: string): Map<string, string> {
    const rows = this.#db
      .prepare(
        `SELECT body ->> '$.destinationId' AS id, max(at) AS at FROM drills WHERE plan_id = ? AND id IS NOT NULL GROUP BY id`,
      )
      .all(planId) as Array<{ id: string; at: string }>;
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
}
