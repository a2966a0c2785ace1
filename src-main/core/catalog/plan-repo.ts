import { PlanKey } from '../../../src-shared/model/encryption.ts';
import { Drill, type Plan, Retention } from '../../../src-shared/model/plan.ts';
import { Pause, Schedule } from '../../../src-shared/model/schedule.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import type { Database } from '../engine/open-database.ts';

interface PlanRow {
  id: string;
  name: string;
  source_path: string;
  destination_path: string;
  compression: Compression;
  verify_after_backup: number;
  created_at: string;
  updated_at: string;
  retention: string;
  schedule: string;
  time_zone: string | null;
  drill: string;
  paused: string | null;
  key: string | null;
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
        `INSERT INTO plans (id, name, source_path, destination_path, compression, verify_after_backup, created_at, updated_at,
           retention, schedule, time_zone, drill, paused, key)
         VALUES (@id, @name, @sourcePath, @destinationPath, @compression, @verify, @createdAt, @updatedAt,
           @retention, @schedule, @timeZone, @drill, @paused, @key)
         ON CONFLICT (id) DO UPDATE SET name = @name, source_path = @sourcePath, destination_path = @destinationPath,
           compression = @compression, verify_after_backup = @verify, updated_at = @updatedAt, retention = @retention,
           schedule = @schedule, time_zone = @timeZone, drill = @drill, paused = @paused, key = @key`,
      )
      .run({
        id: plan.id,
        name: plan.name,
        sourcePath: plan.sourcePath,
        destinationPath: plan.destination.path,
        compression: plan.compression,
        verify: plan.verifyAfterBackup ? 1 : 0,
        createdAt: plan.createdAt,
        updatedAt: plan.updatedAt,
        retention: JSON.stringify(plan.retention),
        schedule: JSON.stringify(plan.schedule),
        timeZone: plan.timeZone,
        drill: JSON.stringify(plan.drill),
        paused: plan.paused === null ? null : JSON.stringify(plan.paused),
        key: plan.key === null ? null : JSON.stringify(plan.key),
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
    schedule: Schedule.parse(JSON.parse(row.schedule)),
    timeZone: row.time_zone,
    retention: Retention.parse(JSON.parse(row.retention)),
    verifyAfterBackup: row.verify_after_backup === 1,
    drill: Drill.parse(JSON.parse(row.drill)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    paused: row.paused === null ? null : Pause.parse(JSON.parse(row.paused)),
    key: row.key === null ? null : PlanKey.parse(JSON.parse(row.key)),
  };
}
