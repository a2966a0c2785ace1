import { AttachedFiles } from '../../../../src-shared/model/attached-file.ts';
import { PlanKey } from '../../../../src-shared/model/database-encryption.ts';
import { SnapshotEncryption } from '../../../../src-shared/model/encryption.ts';
import {
  LockFiles,
  type Plan,
  type PlanDestination,
  RestoreTest,
  Retention,
  SchemaVersionQuery,
} from '../../../../src-shared/model/plan.ts';
import { Pause, Schedule } from '../../../../src-shared/model/schedule.ts';
import type { SourceKind } from '../../../../src-shared/model/source-kind.ts';
import type { BackupMethod, Compression } from '../../../../src-shared/model/values.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

interface PlanRow {
  id: string;
  name: string;
  source_path: string;
  compression: Compression;
  verify_after_backup: number;
  created_at: string;
  updated_at: string;
  retention: string;
  schedule: string;
  time_zone: string | null;
  restore_test: string;
  paused: string | null;
  key: string | null;
  encryption: string | null;
  method: BackupMethod;
  schema_version: string | null;
  lock_files: string;
  attached_files: string;
  plan_group: string | null;
  same_instant: number;
  source_kind: SourceKind;
  name_pattern: string;
  time_limit_minutes: number | null;
}

/** The table of plans. */
export class PlanRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): Plan[] {
    return (this.#db.prepare('SELECT * FROM plans ORDER BY name COLLATE NOCASE').all() as PlanRow[]).map((row) =>
      this.#toPlan(row),
    );
  }

  get(id: string): Plan | undefined {
    const row = this.#db.prepare('SELECT * FROM plans WHERE id = ?').get(id) as PlanRow | undefined;
    return row && this.#toPlan(row);
  }

  /** The plan of this name, whatever the case of its letters. */
  byName(name: string): Plan | undefined {
    const row = this.#db.prepare('SELECT * FROM plans WHERE name = ?').get(name) as PlanRow | undefined;
    return row && this.#toPlan(row);
  }

  save(plan: Plan): void {
    this.#db.transaction(() => {
      this.#saveRow(plan);
      this.#db.prepare('DELETE FROM plan_destinations WHERE plan_id = ?').run(plan.id);
      const add = this.#db.prepare('INSERT INTO plan_destinations VALUES (?, ?, ?, ?)');
      for (const [position, { destinationId, retention }] of plan.destinations.entries())
        add.run(plan.id, destinationId, position, retention && JSON.stringify(retention));
    })();
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM plans WHERE id = ?').run(id);
  }

  #saveRow(plan: Plan): void {
    this.#db
      .prepare(
        `INSERT INTO plans (id, name, source_path, compression, verify_after_backup, created_at, updated_at,
           retention, schedule, time_zone, restore_test, paused, key, encryption, method, schema_version, lock_files,
           attached_files, plan_group, same_instant, source_kind, name_pattern, time_limit_minutes)
         VALUES (@id, @name, @sourcePath, @compression, @verify, @createdAt, @updatedAt,
           @retention, @schedule, @timeZone, @restoreTest, @paused, @key, @encryption, @method, @schemaVersion, @lockFiles,
           @attachedFiles, @group, @sameInstant, @sourceKind, @namePattern, @timeLimitMinutes)
         ON CONFLICT (id) DO UPDATE SET name = @name, source_path = @sourcePath,
           compression = @compression, verify_after_backup = @verify, updated_at = @updatedAt, retention = @retention,
           schedule = @schedule, time_zone = @timeZone, restore_test = @restoreTest, paused = @paused, key = @key, encryption = @encryption,
           method = @method, schema_version = @schemaVersion, lock_files = @lockFiles, attached_files = @attachedFiles,
           plan_group = @group, same_instant = @sameInstant, source_kind = @sourceKind, name_pattern = @namePattern,
           time_limit_minutes = @timeLimitMinutes`,
      )
      .run({
        id: plan.id,
        name: plan.name,
        sourcePath: plan.sourcePath,
        compression: plan.compression,
        verify: plan.verifyAfterBackup ? 1 : 0,
        createdAt: plan.createdAt,
        updatedAt: plan.updatedAt,
        retention: JSON.stringify(plan.retention),
        schedule: JSON.stringify(plan.schedule),
        timeZone: plan.timeZone,
        restoreTest: JSON.stringify(plan.restoreTest),
        paused: plan.paused === null ? null : JSON.stringify(plan.paused),
        key: plan.key === null ? null : JSON.stringify(plan.key),
        encryption: plan.encryption === null ? null : JSON.stringify(plan.encryption),
        method: plan.method,
        schemaVersion: plan.schemaVersion === null ? null : JSON.stringify(plan.schemaVersion),
        lockFiles: JSON.stringify(plan.lockFiles),
        attachedFiles: JSON.stringify(plan.attachedFiles),
        group: plan.group,
        sameInstant: plan.sameInstant ? 1 : 0,
        sourceKind: plan.sourceKind,
        namePattern: plan.namePattern,
        timeLimitMinutes: plan.timeLimitMinutes,
      });
  }

  #destinationsOf(planId: string): PlanDestination[] {
    const rows = this.#db
      .prepare('SELECT destination_id, retention FROM plan_destinations WHERE plan_id = ? ORDER BY position')
      .all(planId) as Array<{ destination_id: string; retention: string | null }>;
    return rows.map(({ destination_id, retention }) => ({
      destinationId: destination_id,
      retention: retention === null ? null : Retention.parse(JSON.parse(retention)),
    }));
  }

  #toPlan(row: PlanRow): Plan {
    return {
      id: row.id,
      name: row.name,
      sourcePath: row.source_path,
      destinations: this.#destinationsOf(row.id),
      compression: row.compression,
      schedule: Schedule.parse(JSON.parse(row.schedule)),
      timeZone: row.time_zone,
      retention: Retention.parse(JSON.parse(row.retention)),
      verifyAfterBackup: row.verify_after_backup === 1,
      restoreTest: RestoreTest.parse(JSON.parse(row.restore_test)),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      paused: row.paused === null ? null : Pause.parse(JSON.parse(row.paused)),
      key: row.key === null ? null : PlanKey.parse(JSON.parse(row.key)),
      encryption: row.encryption === null ? null : SnapshotEncryption.parse(JSON.parse(row.encryption)),
      method: row.method,
      schemaVersion: row.schema_version === null ? null : SchemaVersionQuery.parse(JSON.parse(row.schema_version)),
      lockFiles: LockFiles.parse(JSON.parse(row.lock_files)),
      attachedFiles: AttachedFiles.parse(JSON.parse(row.attached_files)),
      group: row.plan_group,
      sameInstant: row.same_instant === 1,
      sourceKind: row.source_kind,
      namePattern: row.name_pattern,
      timeLimitMinutes: row.time_limit_minutes,
    };
  }
}
