import { join } from 'node:path';
import { Encryption } from '../../../src-shared/model/encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { Compression, TableRows } from '../../../src-shared/model/values.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import type { Database } from '../engine/open-database.ts';

interface SnapshotRow {
  id: string;
  plan_id: string | null;
  plan_name: string;
  source_path: string;
  folder: string;
  name: string;
  created_at: string;
  size_bytes: number;
  image_bytes: number;
  compression: Compression;
  trigger: Snapshot['trigger'];
  sha256: string;
  user_version: number;
  tables: string;
  table_count: number;
  row_count: number;
  pinned: number;
  missing: number;
  encryption: string | null;
  proof_at: string | null;
  proof_valid: number | null;
  proof_level: Snapshot['proof']['level'] | null;
  proof_message: string | null;
}

/** A snapshot without its tables, for long lists. */
export type SnapshotSummary = Omit<Snapshot, 'tables'> & { tableCount: number; rowCount: number };

const COLUMNS = `s.id, plan_id, plan_name, source_path, folder, name, created_at, size_bytes, image_bytes, compression, trigger,
  sha256, user_version, table_count, row_count, pinned, missing, encryption,
  v.at AS proof_at, v.valid AS proof_valid, v.level AS proof_level, v.message AS proof_message`;
const FROM = `FROM snapshots s
  LEFT JOIN verifications v ON v.id = (SELECT max(id) FROM verifications WHERE snapshot_id = s.id)`;
const NEWEST_FIRST = 'ORDER BY created_at DESC, s.id DESC';

/** The tables of snapshots and of their verifications. */
export class SnapshotRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Newest first. */
  list(): SnapshotSummary[] {
    return (this.#db.prepare(`SELECT ${COLUMNS} ${FROM} ${NEWEST_FIRST}`).all() as SnapshotRow[]).map(toSummary);
  }

  /** Those of a plan, newest first. */
  ofPlan(planId: string): SnapshotSummary[] {
    return (
      this.#db.prepare(`SELECT ${COLUMNS} ${FROM} WHERE plan_id = ? ${NEWEST_FIRST}`).all(planId) as SnapshotRow[]
    ).map(toSummary);
  }

  /** Those of a source that belong to no plan, newest first. */
  withoutPlan(sourcePath: string): SnapshotSummary[] {
    return (
      this.#db
        .prepare(`SELECT ${COLUMNS} ${FROM} WHERE plan_id IS NULL AND source_path = ? ${NEWEST_FIRST}`)
        .all(sourcePath) as SnapshotRow[]
    ).map(toSummary);
  }

  inFolder(folder: string): SnapshotSummary[] {
    return (
      this.#db.prepare(`SELECT ${COLUMNS} ${FROM} WHERE folder = ? ${NEWEST_FIRST}`).all(folder) as SnapshotRow[]
    ).map(toSummary);
  }

  get(id: string): Snapshot | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS}, tables ${FROM} WHERE s.id = ?`).get(id) as SnapshotRow | undefined;
    return row && toSnapshot(row);
  }

  byPath(folder: string, name: string): Snapshot | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS}, tables ${FROM} WHERE folder = ? AND name = ?`).get(folder, name) as
      | SnapshotRow
      | undefined;
    return row && toSnapshot(row);
  }

  /** Those whose stored file has this many bytes. */
  ofSize(bytes: number): SnapshotSummary[] {
    return (
      this.#db.prepare(`SELECT ${COLUMNS} ${FROM} WHERE size_bytes = ? ${NEWEST_FIRST}`).all(bytes) as SnapshotRow[]
    ).map(toSummary);
  }

  /** Whether any snapshot is stored in this folder. */
  hasFolder(folder: string): boolean {
    return this.#db.prepare('SELECT 1 FROM snapshots WHERE folder = ? LIMIT 1').get(folder) !== undefined;
  }

  /**
   * Enters what a manifest says, or brings it up to date; whether it is pinned stays as it was.
   * @param planId the plan it belongs to here, which may not be the one of the machine it was made on; `null` leaves it
   * with the plan it was given before
   */
  saveManifest(manifest: Manifest, folder: string, planId: string | null): void {
    const { tables } = manifest.database;
    // What had this name before is no longer there: a name is never taken from a file.
    this.#db
      .prepare('DELETE FROM snapshots WHERE folder = ? AND name = ? AND id <> ?')
      .run(folder, manifest.name, manifest.id);
    this.#db
      .prepare(
        `INSERT INTO snapshots VALUES (@id, @planId, @planName, @sourcePath, @folder, @name, @createdAt, @sizeBytes, @imageBytes,
           @compression, @trigger, @sha256, @userVersion, @tables, @tableCount, @rowCount, @pinned, 0, @encryption)
         ON CONFLICT (id) DO UPDATE SET plan_id = coalesce(@planId, plan_id), folder = @folder, name = @name, size_bytes = @sizeBytes, sha256 = @sha256, missing = 0`,
      )
      .run({
        id: manifest.id,
        planId,
        planName: manifest.plan.name,
        sourcePath: manifest.source.path,
        folder,
        name: manifest.name,
        createdAt: manifest.createdAt,
        sizeBytes: manifest.stored.bytes,
        imageBytes: manifest.image.bytes,
        compression: manifest.compression,
        trigger: manifest.trigger,
        sha256: manifest.stored.sha256,
        userVersion: manifest.database.userVersion,
        tables: JSON.stringify(tables),
        tableCount: tables.length,
        rowCount: tables.reduce((sum, table) => sum + table.rows, 0),
        encryption: manifest.encryption && JSON.stringify(manifest.encryption),
        pinned: manifest.trigger === 'before-restore' ? 1 : 0,
      });
  }

  setPlan(id: string, planId: string): void {
    this.#db.prepare('UPDATE snapshots SET plan_id = ? WHERE id = ?').run(planId, id);
  }

  setPinned(id: string, pinned: boolean): void {
    this.#db.prepare('UPDATE snapshots SET pinned = ? WHERE id = ?').run(pinned ? 1 : 0, id);
  }

  setMissing(id: string, missing: boolean): void {
    this.#db.prepare('UPDATE snapshots SET missing = ? WHERE id = ?').run(missing ? 1 : 0, id);
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM snapshots WHERE id = ?').run(id);
  }

  addVerification(snapshotId: string, verification: Verification): void {
    this.#db
      .prepare('INSERT INTO verifications (snapshot_id, at, valid, level, message, body) VALUES (?, ?, ?, ?, ?, ?)')
      .run(
        snapshotId,
        verification.at,
        verification.valid ? 1 : 0,
        verification.level,
        verification.message,
        JSON.stringify(verification),
      );
  }

  /** Newest first. */
  verifications(snapshotId: string): Verification[] {
    const rows = this.#db
      .prepare('SELECT body FROM verifications WHERE snapshot_id = ? ORDER BY id DESC LIMIT 100')
      .pluck()
      .all(snapshotId) as string[];
    return rows.map((body) => JSON.parse(body) as Verification);
  }
}

function toSummary(row: SnapshotRow): SnapshotSummary {
  return {
    id: row.id,
    planId: row.plan_id,
    planName: row.plan_name,
    sourcePath: row.source_path,
    name: row.name,
    path: join(row.folder, row.name),
    createdAt: row.created_at,
    sizeBytes: row.size_bytes,
    imageBytes: row.image_bytes,
    compression: row.compression,
    trigger: row.trigger,
    sha256: row.sha256,
    userVersion: row.user_version,
    pinned: row.pinned === 1,
    missing: row.missing === 1,
    encryption: row.encryption === null ? null : Encryption.parse(JSON.parse(row.encryption)),
    proof: {
      level: row.proof_level ?? 'none',
      valid: row.proof_valid === null ? null : row.proof_valid === 1,
      at: row.proof_at,
      message: row.proof_message ?? 'Not verified yet.',
    },
    tableCount: row.table_count,
    rowCount: row.row_count,
  };
}

function toSnapshot(row: SnapshotRow): Snapshot {
  const { tableCount: _tableCount, rowCount: _rowCount, ...summary } = toSummary(row);
  return { ...summary, tables: JSON.parse(row.tables) as TableRows[] };
}
