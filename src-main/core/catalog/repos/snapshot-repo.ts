import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { SnapshotAttachedFile } from '../../../../src-shared/model/attached-file.ts';
import { DatabaseEncryption } from '../../../../src-shared/model/database-encryption.ts';
import { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { Snapshot, SnapshotCopy, SnapshotOrigin, SnapshotSummary } from '../../../../src-shared/model/snapshot.ts';
import type { Verification } from '../../../../src-shared/model/verification.ts';
import { uncheckedInWords } from '../../../../src-shared/rules/sqlite-findings.ts';
import { missingInWords } from '../../../../src-shared/words/incomplete.ts';
import { totalRows } from '../../../../src-shared/words/table-rows.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';
import { LISTED } from './kept-repo.ts';
import { type PlaceRow, type SnapshotRow, toSnapshot, toSummary } from './snapshot-rows.ts';

const COLUMNS = `s.number, s.id, origin, service_id, plan_id, plan_name, source_path, name, created_at, size_bytes, image_bytes, compression, trigger,
  sha256, user_version, table_count, row_count, pinned, database_encryption, encrypted, source_kind, attached_files,
  v.at AS verification_at, v.valid AS verification_valid, v.level AS verification_level, v.message AS verification_message,
  v.except_words AS verification_except`;
const FROM = `FROM snapshots s
  LEFT JOIN verifications v ON v.number = (SELECT max(number) FROM verifications WHERE snapshot_id = s.id)`;
const NEWEST_FIRST = 'ORDER BY s.number DESC';
const PLACES = `SELECT c.snapshot_id, c.destination_id, d.name, d.settings ->> '$.kind' AS kind,
    d.settings ->> '$.path' AS path, d.own, c.state, c.at, c.message,
    v.at AS verified_at, v.valid, v.level
  FROM snapshot_copies c JOIN snapshots s ON s.id = c.snapshot_id JOIN destinations d ON d.id = c.destination_id
  LEFT JOIN plan_destinations p ON p.plan_id = s.plan_id AND p.destination_id = c.destination_id
  LEFT JOIN verifications v ON v.number =
    (SELECT max(number) FROM verifications WHERE snapshot_id = c.snapshot_id AND destination_id = c.destination_id)`;
const NEAREST_FIRST = 'ORDER BY d.own, p.position IS NULL, p.position, d.name COLLATE NOCASE';
const AT_FOLDER = `s.id IN (SELECT c.snapshot_id FROM snapshot_copies c JOIN destinations d ON d.id = c.destination_id
    WHERE d.settings ->> '$.kind' = 'folder' AND d.settings ->> '$.path' = ? AND c.state IN ('stored', 'missing'))`;

/** The tables of snapshots and of their verifications. */
export class SnapshotRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Newest first. */
  list(): SnapshotSummary[] {
    return this.#select('TRUE');
  }

  /** Those of a plan, newest first. */
  ofPlan(planId: string): SnapshotSummary[] {
    return this.#select('s.plan_id = ?', planId);
  }

  /** The tables of a plan's snapshots, as their manifests say. */
  tablesOfPlan(planId: string): Array<{ snapshotId: string; name: string; rows: number }> {
    return this.#db
      .prepare(
        `SELECT s.id AS "snapshotId", t.value ->> '$.name' AS name, t.value ->> '$.rows' AS rows
         FROM snapshots s JOIN manifests m ON m.snapshot_id = s.id, json_each(m.body, '$.database.tables') t WHERE s.plan_id = ?`,
      )
      .all(planId) as Array<{ snapshotId: string; name: string; rows: number }>;
  }

  /**
   * The snapshot that a backup of this catalog made last, of those that are stored anywhere. The others say nothing of
   * how a plan does: what is imported may carry any date, and a safety snapshot is not a backup.
   */
  newestOwn(planId: string): SnapshotSummary | undefined {
    const number = this.#db
      .prepare(
        `SELECT number FROM snapshots s WHERE plan_id = ? AND origin = 'own' AND trigger <> 'before-restore'
           AND EXISTS (SELECT 1 FROM snapshot_copies WHERE snapshot_id = s.id AND state = 'stored')
         ORDER BY number DESC LIMIT 1`,
      )
      .pluck()
      .get(planId) as number | undefined;
    return number === undefined ? undefined : this.#select('s.number = ?', number)[0];
  }

  /** Those of a source that belong to no plan, newest first. */
  withoutPlan(sourcePath: string): SnapshotSummary[] {
    return this.#select('s.plan_id IS NULL AND s.source_path = ?', sourcePath);
  }

  /** Those that are at a destination, or were, newest first. */
  atDestination(destinationId: string): SnapshotSummary[] {
    const there = `s.id IN (SELECT snapshot_id FROM snapshot_copies WHERE destination_id = ? AND state IN ('stored', 'missing'))`;
    return this.#select(there, destinationId);
  }

  get(id: string): Snapshot | undefined {
    return this.#getWhole('s.id = ?', id);
  }

  byPath(folder: string, name: string): Snapshot | undefined {
    return this.#getWhole(`${AT_FOLDER} AND s.name = ?`, folder, name);
  }

  /** The names that hold one of these texts. */
  namesWith(texts: readonly string[]): string[] {
    return this.#db
      .prepare('SELECT name FROM snapshots WHERE EXISTS (SELECT 1 FROM json_each(?) t WHERE instr(name, t.value) > 0)')
      .pluck()
      .all(JSON.stringify(texts)) as string[];
  }

  /** The names of those that are at a destination or are to be copied there. */
  namesAt(destinationId: string): string[] {
    return this.#db
      .prepare(
        "SELECT name FROM snapshots JOIN snapshot_copies ON snapshot_id = id WHERE destination_id = ? AND state <> 'missing'",
      )
      .pluck()
      .all(destinationId) as string[];
  }

  /** Those whose stored file has this many bytes. */
  ofSize(bytes: number): SnapshotSummary[] {
    return this.#select('s.size_bytes = ?', bytes);
  }

  /** Whether any snapshot is stored in this folder. */
  hasFolder(folder: string): boolean {
    return this.#db.prepare(`SELECT 1 FROM snapshots s WHERE ${AT_FOLDER} LIMIT 1`).get(folder) !== undefined;
  }

  /** How the databases and the snapshots of a plan are encrypted, each way once, the newest first. */
  locksOf(planId: string): Array<Pick<Snapshot, 'databaseEncryption' | 'encrypted'>> {
    const rows = this.#db
      .prepare(
        "SELECT database_encryption, encrypted FROM snapshots WHERE plan_id = ? AND trigger <> 'before-restore' GROUP BY database_encryption, encrypted ORDER BY max(number) DESC",
      )
      .all(planId) as Array<Pick<SnapshotRow, 'database_encryption' | 'encrypted'>>;
    return rows.map(({ database_encryption, encrypted }) => ({
      databaseEncryption:
        database_encryption === null ? null : DatabaseEncryption.parse(JSON.parse(database_encryption)),
      encrypted,
    }));
  }

  /** The manifest it was entered with. What is read at a destination is compared with this one. */
  manifest(id: string): Manifest | undefined {
    const text = this.#db.prepare('SELECT body FROM manifests WHERE snapshot_id = ?').pluck().get(id);
    return text === undefined ? undefined : Manifest.parse(JSON.parse(String(text)));
  }

  /** Its manifest as it is at a destination: how attached files are stored differs from one to the other. */
  manifestAt(id: string, destinationId: string): Manifest | undefined {
    const text = this.#db
      .prepare('SELECT manifest FROM snapshot_copies WHERE snapshot_id = ? AND destination_id = ?')
      .pluck()
      .get(id, destinationId) as string | null | undefined;
    return text == null ? this.manifest(id) : Manifest.parse(JSON.parse(text));
  }

  /**
   * Enters a snapshot, or one more copy of a known one: its manifest, its plan and whether it is pinned stay as they were.
   * @param planId the plan it belongs to here, which may not be the one in its manifest
   * @throws SnapkeepError `CONFLICT` when another content is known under its id
   */
  enter(
    manifest: Manifest,
    entry: { origin: SnapshotOrigin; destinationId: string; planId: string | null; at: string },
  ): void {
    const { destinationId, at } = entry;
    this.#db.transaction(() => {
      this.#forgetNamesakes(manifest, entry);
      const known = this.get(manifest.id);
      if (known === undefined) this.#insert(manifest, entry);
      else if (known.sha256 !== manifest.stored.sha256) {
        throw new SnapkeepError('CONFLICT', `${manifest.name} has the id of another snapshot, ${known.name}.`, {
          hint: 'Nothing was entered. Compare the two files; one of them was changed.',
        });
      }
      this.#db
        .prepare(
          `INSERT INTO snapshot_copies (snapshot_id, destination_id, state, at, manifest) VALUES (?, ?, 'stored', ?, ?)
           ON CONFLICT DO UPDATE SET state = 'stored', at = iif(state = 'stored', at, excluded.at), message = NULL,
             manifest = iif(state IN ('stored', 'missing'), manifest, excluded.manifest)
             WHERE state <> 'deleting'`,
        )
        .run(manifest.id, destinationId, at, known === undefined ? null : JSON.stringify(manifest));
    })();
  }

  /** Makes a snapshot the catalog's own, as the newest that was taken in. @throws SnapkeepError as {@link enter} */
  recover(manifest: Manifest, entry: { destinationId: string; planId: string; at: string }): void {
    this.#db.transaction(() => {
      this.enter(manifest, { ...entry, origin: 'own' });
      // SQLite's own counter of the table, so that the number is never given out again.
      this.#db.exec("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'snapshots'");
      this.#db
        .prepare(
          `UPDATE snapshots SET origin = 'own', plan_id = ?,
             number = (SELECT seq FROM sqlite_sequence WHERE name = 'snapshots')
           WHERE id = ? AND origin = 'imported'`,
        )
        .run(entry.planId, manifest.id);
    })();
  }

  /**
   * A missing snapshot of this name there will not come back, nor does one whose name could be taken by a run.
   * @throws SnapkeepError `CONFLICT` for another one that is stored there
   */
  #forgetNamesakes(
    manifest: Manifest,
    { origin, destinationId }: { origin: SnapshotOrigin; destinationId: string },
  ): void {
    const others = this.#db
      .prepare(
        `SELECT s.id, c.state FROM snapshots s CROSS JOIN snapshot_copies c ON c.snapshot_id = s.id
         WHERE c.destination_id = ? AND s.name = ? AND s.id <> ? AND c.state IN ('stored', 'missing')`,
      )
      .all(destinationId, manifest.name, manifest.id) as Array<{ id: string; state: SnapshotCopy['state'] }>;
    for (const { id, state } of others) {
      if (state === 'stored' && origin === 'imported') {
        throw new SnapkeepError(
          'CONFLICT',
          `${manifest.name} is the name of another snapshot, which is stored there.`,
          {
            hint: 'Verify that snapshot: its file or its manifest was replaced by another.',
          },
        );
      }
      this.#db
        .prepare('DELETE FROM snapshot_copies WHERE snapshot_id = ? AND destination_id = ?')
        .run(id, destinationId);
      this.forgetIfNowhere(id);
    }
  }

  #insert(manifest: Manifest, { origin, planId }: { origin: SnapshotOrigin; planId: string | null }): void {
    const tables = manifest.database?.tables ?? [];
    const attachedFiles = z.array(SnapshotAttachedFile).parse(manifest.attachedFiles);
    this.#db
      .prepare(
        `INSERT INTO snapshots (id, origin, service_id, plan_id, plan_name, source_kind, source_path, name, created_at,
           size_bytes, image_bytes, compression, trigger, sha256, user_version, table_count, row_count, attached_files,
           content_bytes, disk_bytes, incomplete, pinned, database_encryption, encrypted)
         VALUES (@id, @origin, @serviceId, @planId, @planName, @sourceKind, @sourcePath, @name, @createdAt,
           @sizeBytes, @imageBytes, @compression, @trigger, @sha256, @userVersion, @tableCount, @rowCount, @attachedFiles,
           @contentBytes, @diskBytes, @incomplete, @pinned, @databaseEncryption, @encrypted)`,
      )
      .run({
        id: manifest.id,
        origin,
        serviceId: manifest.service?.id ?? null,
        planId,
        planName: manifest.plan.name,
        sourceKind: manifest.method === 'files' ? 'files' : 'database',
        sourcePath: manifest.source.path,
        name: manifest.name,
        createdAt: manifest.createdAt,
        sizeBytes: manifest.stored.bytes,
        imageBytes: manifest.image.bytes,
        compression: manifest.compression,
        trigger: manifest.trigger,
        sha256: manifest.stored.sha256,
        userVersion: manifest.database?.userVersion ?? 0,
        tableCount: tables.length,
        rowCount: totalRows(tables),
        attachedFiles: JSON.stringify(attachedFiles),
        contentBytes: attachedFiles.reduce((sum, { bytes }) => sum + bytes, manifest.image.bytes),
        diskBytes: attachedFiles.reduce((sum, { diskBytes }) => sum + diskBytes, manifest.stored.bytes),
        incomplete: missingInWords(attachedFiles) === null ? 0 : 1,
        pinned: manifest.trigger === 'before-restore' ? 1 : 0,
        databaseEncryption: manifest.databaseEncryption && JSON.stringify(manifest.databaseEncryption),
        encrypted: manifest.encryption?.kind ?? null,
      });
    this.#db.prepare('INSERT INTO manifests VALUES (?, ?)').run(manifest.id, JSON.stringify(manifest));
  }

  setPlan(id: string, planId: string): void {
    this.#db.prepare('UPDATE snapshots SET plan_id = ? WHERE id = ?').run(planId, id);
  }

  setPinned(id: string, pinned: boolean): void {
    this.#db.prepare('UPDATE snapshots SET pinned = ? WHERE id = ?').run(pinned ? 1 : 0, id);
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM snapshots WHERE id = ?').run(id);
  }

  /** Forgets a snapshot that has no copy left, and answers whether it did. */
  forgetIfNowhere(id: string): boolean {
    return (
      this.#db
        .prepare('DELETE FROM snapshots WHERE id = ? AND id NOT IN (SELECT snapshot_id FROM snapshot_copies)')
        .run(id).changes > 0
    );
  }

  /** @param destinationId the destination whose copy was read */
  addVerification(snapshotId: string, destinationId: string | null, verification: Verification): void {
    this.#db
      .prepare(
        'INSERT INTO verifications (snapshot_id, destination_id, at, valid, level, message, except_words, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        snapshotId,
        destinationId,
        verification.at,
        verification.valid ? 1 : 0,
        verification.level,
        verification.message,
        verification.unchecked.length === 0 ? null : uncheckedInWords(verification.unchecked),
        JSON.stringify(verification),
      );
  }

  /** Newest first. */
  verifications(snapshotId: string): Verification[] {
    const rows = this.#db
      .prepare('SELECT body FROM verifications WHERE snapshot_id = ? ORDER BY number DESC LIMIT 100')
      .pluck()
      .all(snapshotId) as string[];
    return rows.map((body) => JSON.parse(body) as Verification);
  }

  #select(condition: string, ...values: Array<string | number>): SnapshotSummary[] {
    const rows = this.#db
      .prepare(`SELECT ${COLUMNS} ${FROM} WHERE (${condition}) AND ${LISTED} ${NEWEST_FIRST}`)
      .all(...values) as SnapshotRow[];
    const places = this.#placesOf(condition, values);
    return rows.map((row) => toSummary(row, places.get(row.id) ?? []));
  }

  #getWhole(condition: string, ...values: string[]): Snapshot | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} ${FROM} WHERE ${condition}`).get(...values) as
      | SnapshotRow
      | undefined;
    if (row === undefined) return undefined;
    return toSnapshot(row, this.#placesOf('s.id = ?', [row.id]).get(row.id) ?? [], this.manifest(row.id));
  }

  #placesOf(condition: string, values: ReadonlyArray<string | number>): Map<string, PlaceRow[]> {
    const rows = this.#db
      .prepare(`${PLACES} WHERE c.state <> 'deleting' AND (${condition}) ${NEAREST_FIRST}`)
      .all(...values) as PlaceRow[];
    const places = new Map<string, PlaceRow[]>();
    for (const row of rows) {
      const known = places.get(row.snapshot_id);
      if (known === undefined) places.set(row.snapshot_id, [row]);
      else known.push(row);
    }
    return places;
  }
}
