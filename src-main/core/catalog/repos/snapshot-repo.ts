import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { Snapshot, SnapshotCopy, SnapshotOrigin, SnapshotSummary } from '../../../../src-shared/model/snapshot.ts';
import { Verification } from '../../../../src-shared/model/verification.ts';
import { uncheckedInWords } from '../../../../src-shared/rules/sqlite-findings.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';
import { flag, json, Table } from '../table.ts';
import { LISTED } from './kept-repo.ts';
import { NewSnapshotRow, SnapshotRow, StoredCopyRow, toRow, toSnapshot, toSummary } from './snapshot-rows.ts';

const VERIFICATION_COLUMNS = `v.at AS "verificationAt", v.valid AS "verificationValid", v.level AS "verificationLevel",
  v.message AS "verificationMessage", v.except_words AS "verificationExcept"`;
const FROM = `FROM snapshots s
  LEFT JOIN verifications v ON v.number = (SELECT max(number) FROM verifications WHERE snapshot_id = s.id)`;
const NEWEST_FIRST = 'ORDER BY s.number DESC';
const COPIES = `SELECT c.snapshot_id AS "snapshotId", c.destination_id AS "destinationId", d.name, d.settings ->> '$.kind' AS kind,
    d.settings ->> '$.path' AS path, d.own, c.state, c.at, c.message,
    v.at AS "verifiedAt", v.valid, v.level
  FROM snapshot_copies c JOIN snapshots s ON s.id = c.snapshot_id JOIN destinations d ON d.id = c.destination_id
  LEFT JOIN plan_destinations p ON p.plan_id = s.plan_id AND p.destination_id = c.destination_id
  LEFT JOIN verifications v ON v.number =
    (SELECT max(number) FROM verifications WHERE snapshot_id = c.snapshot_id AND destination_id = c.destination_id)`;
const NEAREST_FIRST = 'ORDER BY d.own, p.position IS NULL, p.position, d.name COLLATE NOCASE';
const AT_FOLDER = `s.id IN (SELECT c.snapshot_id FROM snapshot_copies c JOIN destinations d ON d.id = c.destination_id
    WHERE d.settings ->> '$.kind' = 'folder' AND d.settings ->> '$.path' = ? AND c.state IN ('stored', 'missing'))`;

const Locks = NewSnapshotRow.pick({ databaseEncryption: true, encrypted: true });
const VerificationRow = z.object({
  snapshotId: z.string(),
  destinationId: z.string().nullable(),
  ...Verification.pick({ at: true, level: true, message: true }).shape,
  valid: flag,
  /** What "Verified, except …" names. */
  exceptWords: z.string().nullable(),
  body: json(Verification),
});

/** The tables of snapshots and of their verifications. */
export class SnapshotRepo {
  readonly #db: Database;
  readonly #snapshots: Table<typeof NewSnapshotRow>;
  readonly #verifications: Table<typeof VerificationRow>;

  constructor(db: Database) {
    this.#db = db;
    this.#snapshots = new Table(db, 'snapshots', NewSnapshotRow);
    this.#verifications = new Table(db, 'verifications', VerificationRow);
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

  /** @throws SnapkeepError `NOT_FOUND` */
  require(id: string): Snapshot {
    const snapshot = this.get(id);
    if (snapshot !== undefined) return snapshot;
    throw new SnapkeepError('NOT_FOUND', 'Snapshot not found.', {
      hint: 'Refresh the list; it may have been pruned.',
    });
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
    return this.#db
      .prepare(
        `SELECT database_encryption AS "databaseEncryption", encrypted FROM snapshots
         WHERE plan_id = ? AND trigger <> 'before-restore'
         GROUP BY database_encryption, encrypted ORDER BY max(number) DESC`,
      )
      .all(planId)
      .map((row) => Locks.parse(row));
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
          hint: 'Nothing was imported. Compare the two files; one of them was changed.',
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
        throw new SnapkeepError('CONFLICT', `Another snapshot named ${manifest.name} is stored there.`, {
          hint: 'Verify that snapshot: its file or manifest was replaced.',
        });
      }
      this.#db
        .prepare('DELETE FROM snapshot_copies WHERE snapshot_id = ? AND destination_id = ?')
        .run(id, destinationId);
      this.deleteIfNoCopies(id);
    }
  }

  #insert(manifest: Manifest, entry: { origin: SnapshotOrigin; planId: string | null }): void {
    this.#snapshots.insert(toRow(manifest, entry));
    this.#db
      .prepare('INSERT INTO manifests (snapshot_id, body) VALUES (?, ?)')
      .run(manifest.id, JSON.stringify(manifest));
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
  deleteIfNoCopies(id: string): boolean {
    return (
      this.#db
        .prepare('DELETE FROM snapshots WHERE id = ? AND id NOT IN (SELECT snapshot_id FROM snapshot_copies)')
        .run(id).changes > 0
    );
  }

  /** @param destinationId the destination whose copy was read */
  addVerification(snapshotId: string, destinationId: string | null, verification: Verification): void {
    const { at, valid, level, message, unchecked } = verification;
    const exceptWords = unchecked.length === 0 ? null : uncheckedInWords(unchecked);
    this.#verifications.insert({
      ...{ snapshotId, destinationId, at, valid, level, message, exceptWords },
      body: verification,
    });
  }

  /** Newest first. */
  verifications(snapshotId: string): Verification[] {
    return this.#verifications
      .all('WHERE snapshot_id = ? ORDER BY number DESC LIMIT 100', snapshotId)
      .map(({ body }) => body);
  }

  #select(condition: string, ...values: Array<string | number>): SnapshotSummary[] {
    const rows = this.#rows(`(${condition}) AND ${LISTED} ${NEWEST_FIRST}`, values);
    const copies = this.#copiesOf(condition, values);
    return rows.map((row) => toSummary(row, copies.get(row.id) ?? []));
  }

  #getWhole(condition: string, ...values: string[]): Snapshot | undefined {
    const row = this.#rows(`${condition} LIMIT 1`, values)[0];
    if (row === undefined) return undefined;
    return toSnapshot(row, this.#copiesOf('s.id = ?', [row.id]).get(row.id) ?? [], this.manifest(row.id));
  }

  #rows(condition: string, values: ReadonlyArray<string | number>): SnapshotRow[] {
    return this.#db
      .prepare(`SELECT s.number, ${this.#snapshots.columns}, ${VERIFICATION_COLUMNS} ${FROM} WHERE ${condition}`)
      .all(...values)
      .map((row) => SnapshotRow.parse(row));
  }

  #copiesOf(condition: string, values: ReadonlyArray<string | number>): Map<string, StoredCopyRow[]> {
    const rows = this.#db
      .prepare(`${COPIES} WHERE c.state <> 'deleting' AND (${condition}) ${NEAREST_FIRST}`)
      .all(...values)
      .map((row) => StoredCopyRow.parse(row));
    const copies = new Map<string, StoredCopyRow[]>();
    for (const row of rows) {
      const known = copies.get(row.snapshotId);
      if (known === undefined) copies.set(row.snapshotId, [row]);
      else known.push(row);
    }
    return copies;
  }
}
