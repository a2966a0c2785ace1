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
}
