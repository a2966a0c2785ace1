import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import type { Database } from '../engine/open-database.ts';

interface PlanRow {
  id: string;
  name: string;
  source_path: string;
  destination_path: string;
  compression: Compression;
  keep_last: number | null;
  verify_after_backup: number;
  created_at: string;
  updated_at: string;
}

/** The table of plans. */
export class PlanRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): Plan[] {
    return (this.#db.prepare('SELECT * FROM plans ORDER BY name COLLATE NOCASE').all() as PlanRow[]).map(toPlan);
  }

  get(id: string): Plan | undefined {
    const row = this.#db.prepare('SELECT * FROM plans WHERE id = ?').get(id) as PlanRow | undefined;
    return row && toPlan(row);
  }

  /** The plan of this name, whatever the case of its letters. */
  byName(name: string): Plan | undefined {
    const row = this.#db.prepare('SELECT * FROM plans WHERE name = ?').get(name) as PlanRow | undefined;
    return row && toPlan(row);
  }

  save(plan: Plan): void {
    this.#db
      .prepare(
        `INSERT INTO plans VALUES (@id, @name, @sourcePath, @destinationPath, @compression, @keepLast, @verify, @createdAt, @updatedAt)
         ON CONFLICT (id) DO UPDATE SET name = @name, source_path = @sourcePath, destination_path = @destinationPath,
           compression = @compression, keep_last = @keepLast, verify_after_backup = @verify, updated_at = @updatedAt`,
      )
      .run({
        id: plan.id,
        name: plan.name,
        sourcePath: plan.sourcePath,
        destinationPath: plan.destination.path,
        compression: plan.compression,
        keepLast: plan.retention.keepLast,
        verify: plan.verifyAfterBackup ? 1 : 0,
        createdAt: plan.createdAt,
        updatedAt: plan.updatedAt,
      });
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM plans WHERE id = ?').run(id);
  }
}

function toPlan(row: PlanRow): Plan {
  return {
    id: row.id,
    name: row.name,
    sourcePath: row.source_path,
    destination: { kind: 'folder', path: row.destination_path },
    compression: row.compression,
    retention: { keepLast: row.keep_last },
    verifyAfterBackup: row.verify_after_backup === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
