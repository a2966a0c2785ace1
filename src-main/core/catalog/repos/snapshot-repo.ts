import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../../src-shared/model/plan.ts';
import {
  CopyState,
  type Snapshot,
  type SnapshotOrigin,
  type SnapshotSummary,
} from '../../../../src-shared/model/snapshot.ts';
import { Instant, TableRows } from '../../../../src-shared/model/values.ts';
import { Verification } from '../../../../src-shared/model/verification.ts';
import { uncheckedInWords } from '../../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { among, every, type Sql, sql, valuesOf } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';
import { COPY_NAME, isCopy, REMOVED } from './copy-repo.ts';
import { LISTED } from './kept-repo.ts';
import { NewSnapshotRow, SnapshotRow, StoredCopyRow, toRow, toSnapshot, toSummary } from './snapshot-rows.ts';

const copiesOf = (
  numbers: readonly number[],
): Sql => sql`SELECT s.id AS "snapshotId", c.destination_id AS "destinationId", d.name, d.settings ->> '$.kind' AS kind,
    d.settings ->> '$.path' AS path, d.own, ${COPY_NAME} AS "fileName", c.state, c.at, c.message, c.verified_at AS "verifiedAt", c.valid, c.level
  FROM snapshots s CROSS JOIN snapshot_copies c ON c.snapshot_id = s.id JOIN destinations d ON d.id = c.destination_id
  LEFT JOIN plan_destinations p ON p.plan_id = s.plan_id AND p.destination_id = c.destination_id
  WHERE c.state NOT IN ${REMOVED} AND s.number IN ${valuesOf(numbers)}
  ORDER BY d.own, p.position IS NULL, p.position, d.name COLLATE NOCASE`;
/** Of a snapshot `s`: a copy of it is in a folder. @param name its file is called so there */
const atFolder = (
  path: string,
  name?: string,
): Sql => sql`s.id IN (SELECT c.snapshot_id FROM snapshot_copies c JOIN destinations d ON d.id = c.destination_id
    WHERE d.settings ->> '$.kind' = 'folder' AND d.settings ->> '$.path' = ${path} AND c.state IN ('stored', 'missing')
      AND ${name === undefined ? sql`TRUE` : sql`${COPY_NAME} = ${name}`})`;

/** The ids of the snapshots that are called so, or have a copy that is. */
const named = (name: string): Sql =>
  sql`SELECT id FROM snapshots WHERE name = ${name} UNION SELECT snapshot_id FROM snapshot_copies WHERE name = ${name}`;

/** An id, the start of one, or the name of a file. */
const matching = (text: string): Sql =>
  sql`s.id IN (SELECT id FROM snapshots WHERE id = ${text} UNION ${named(text)}
    UNION SELECT id FROM snapshots WHERE length(${text}) >= 8 AND id >= ${text} AND id < ${`${text}~`})`;

/** Which snapshots are asked for. */
interface PageOfSnapshots {
  planId?: string | undefined;
  /** Those of any of these plans. */
  planIds?: readonly string[] | undefined;
  /** Those that are stored there. */
  destinationId?: string | undefined;
  /** Those with this id, this start of an id, or this name of a file. */
  match?: string | undefined;
  /** Those that were taken at this instant or later. */
  takenFrom?: string | undefined;
  /** Those that were taken at this instant or earlier. */
  takenBy?: string | undefined;
  /** The id of the last one of the page before. */
  before?: string | undefined;
  limit: number;
}

const Namesake = z.object({ id: z.string(), state: CopyState });
const Locks = z.object({
  ...NewSnapshotRow.pick({ databaseEncryption: true, encrypted: true }).shape,
  planId: z.string(),
});
const VerificationRow = z.object({
  snapshotId: z.string(),
  destinationId: z.string().nullable(),
  at: Instant,
  body: json(Verification),
});

/** The tables of snapshots and of their verifications. */
export class SnapshotRepo extends Repo {
  readonly #new = new Table(this.db, 'snapshots', NewSnapshotRow);
  readonly #snapshots = new Table(this.db, 'snapshots', SnapshotRow);
  readonly #verifications = new Table(this.db, 'verifications', VerificationRow);

  /** A page of the list of snapshots, by their dates, the newest first. */
  page({
    planId,
    planIds,
    destinationId,
    match,
    takenFrom,
    takenBy,
    before,
    limit,
  }: PageOfSnapshots): SnapshotSummary[] {
    const conditions = every(
      planId !== undefined && sql`s.plan_id = ${planId}`,
      among('s.plan_id', planIds),
      destinationId !== undefined &&
        sql`s.id IN (SELECT snapshot_id FROM snapshot_copies WHERE destination_id = ${destinationId} AND state = 'stored')`,
      match !== undefined && matching(match),
      takenFrom !== undefined && sql`s.created_at >= ${new Date(takenFrom).toISOString()}`,
      takenBy !== undefined && sql`s.created_at <= ${new Date(takenBy).toISOString()}`,
      before !== undefined &&
        sql`(s.created_at, s.number) < (SELECT created_at, number FROM snapshots WHERE id = ${before})`,
      LISTED,
    );
    return this.#select(sql`${conditions} ORDER BY s.created_at DESC, s.number DESC LIMIT ${limit}`);
  }

  /** The snapshot of the same plan that is listed before each of some. */
  listedBefore(ids: readonly string[]): Map<string, string> {
    const pairs = this.db.all(
      z.object({ id: z.string(), before: z.string().nullable() }),
      sql`SELECT n.id, (SELECT s.id FROM snapshots s WHERE s.plan_id = n.plan_id
              AND (s.created_at, s.number) < (n.created_at, n.number) AND ${LISTED}
            ORDER BY s.created_at DESC, s.number DESC LIMIT 1) AS before
          FROM snapshots n WHERE n.id IN ${valuesOf(ids)}`,
    );
    return new Map(pairs.flatMap(({ id, before }) => (before === null ? [] : [[id, before]])));
  }

  /** The tables of some snapshots with their rows, as their manifests say; those without a database are left out. */
  tables(ids: readonly string[]): Map<string, TableRows[]> {
    const found = this.db.all(
      z.object({ id: z.string(), tables: json(z.array(TableRows)) }),
      sql`SELECT snapshot_id AS id, body -> '$.database.tables' AS tables FROM manifests
          WHERE snapshot_id IN ${valuesOf(ids)} AND tables IS NOT NULL`,
    );
    return new Map(found.map(({ id, tables }) => [id, tables]));
  }

  /** Those of a plan, newest first. */
  ofPlan(planId: string): SnapshotSummary[] {
    return this.#newestFirst(sql`s.plan_id = ${planId}`);
  }

  /** The most rows that each table has in any of some snapshots, as their manifests say. */
  mostRows(ids: readonly string[]): Map<string, number> {
    const rows = this.db.all(
      TableRows.required(),
      sql`SELECT t.value ->> '$.name' AS name, max(coalesce(t.value ->> '$.rows', 0)) AS rows
          FROM ${valuesOf(ids)} i CROSS JOIN manifests m ON m.snapshot_id = i.value, json_each(m.body, '$.database.tables') t
          GROUP BY 1`,
    );
    return new Map(rows.map(({ name, rows: most }) => [name, most ?? 0]));
  }

  /**
   * The snapshot of each plan that a backup of this catalog made last, of those that are stored anywhere. The others say
   * nothing of how a plan does: what is imported may carry any date, and a safety snapshot is not a backup.
   * @param planIds without them, of all plans
   */
  newestOwn(planIds?: readonly string[]): Map<string, SnapshotSummary> {
    const numbers = this.db.column(
      z.int(),
      sql`SELECT (SELECT number FROM snapshots s WHERE plan_id = p.id AND origin = 'own' AND trigger <> 'before-restore'
            AND EXISTS (SELECT 1 FROM snapshot_copies WHERE snapshot_id = s.id AND state = 'stored')
            ORDER BY number DESC LIMIT 1) AS newest FROM plans p WHERE ${among('p.id', planIds)} AND newest IS NOT NULL`,
    );
    const newest = this.#newestFirst(sql`s.number IN ${valuesOf(numbers)}`);
    return new Map(newest.flatMap((each) => (each.planId === null ? [] : [[each.planId, each]])));
  }

  /** Those that are at a destination, or were, newest first. */
  atDestination(destinationId: string): SnapshotSummary[] {
    return this.#newestFirst(
      sql`s.id IN (SELECT snapshot_id FROM snapshot_copies
            WHERE destination_id = ${destinationId} AND state IN ('stored', 'missing'))`,
    );
  }

  /** Whether it is listed: neither unknown, nor being removed everywhere, nor in the trash. */
  isListed(id: string): boolean {
    return this.db.has(sql`SELECT 1 FROM snapshots s WHERE s.id = ${id} AND ${LISTED}`);
  }

  has(id: string): boolean {
    return this.db.has(sql`SELECT 1 FROM snapshots WHERE id = ${id}`);
  }

  get(id: string): Snapshot | undefined {
    return this.#getWhole(sql`s.id = ${id}`);
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
    return this.#getWhole(sql`s.id IN (${named(name)}) AND ${atFolder(folder, name)}`);
  }

  /** The names that hold one of these texts. */
  namesWith(texts: readonly string[]): string[] {
    const named = sql`SELECT name FROM snapshots WHERE EXISTS (SELECT 1 FROM ${valuesOf(texts)} t WHERE instr(name, t.value) > 0)`;
    return this.db.column(z.string(), named);
  }

  /** The names of those that are at a destination or are to be copied there. */
  namesAt(destinationId: string): string[] {
    return this.db.column(
      z.string(),
      sql`SELECT ${COPY_NAME} FROM snapshots s JOIN snapshot_copies c ON c.snapshot_id = s.id
          WHERE c.destination_id = ${destinationId} AND c.state <> 'missing'`,
    );
  }

  /** Those whose stored file has this many bytes. */
  ofSize(bytes: number): SnapshotSummary[] {
    return this.#newestFirst(sql`s.size_bytes = ${bytes}`);
  }

  /** Whether any snapshot is stored in this folder. */
  hasFolder(folder: string): boolean {
    return this.db.has(sql`SELECT 1 FROM snapshots s WHERE ${atFolder(folder)} LIMIT 1`);
  }

  /** How the encrypted databases and snapshots of all plans are encrypted, each way of a plan once, the newest first. */
  locks(): Array<z.infer<typeof Locks>> {
    return this.db.all(
      Locks,
      sql`SELECT plan_id AS "planId", database_encryption AS "databaseEncryption", encrypted FROM snapshots
          WHERE (database_encryption IS NOT NULL OR encrypted IS NOT NULL) AND trigger <> 'before-restore'
            AND plan_id IS NOT NULL
          GROUP BY plan_id, database_encryption, encrypted ORDER BY max(number) DESC`,
    );
  }

  /** The manifest it was entered with. What is read at a destination is compared with this one. */
  manifest(id: string): Manifest | undefined {
    return this.db.value(json(Manifest), sql`SELECT body FROM manifests WHERE snapshot_id = ${id}`);
  }

  /** Its manifest as it is at a destination: its name, and how attached files are stored, differ from one to the other. */
  manifestAt(id: string, destinationId: string): Manifest | undefined {
    const there = sql`SELECT manifest FROM snapshot_copies WHERE ${isCopy(id, destinationId)}`;
    return this.db.value(json(Manifest).nullable(), there) ?? this.manifest(id);
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
    this.db.transaction(() => {
      this.#forgetNamesakes(manifest, entry);
      const known = this.get(manifest.id);
      if (known === undefined) this.#insert(manifest, entry);
      else if (known.sha256 !== manifest.stored.sha256) {
        throw new SnapkeepError('CONFLICT', `${manifest.name} has the id of another snapshot, ${known.name}.`, {
          hint: 'Nothing was imported. Compare the two files; one of them was changed.',
        });
      }
      const [described, name] = known === undefined ? [null, null] : [JSON.stringify(manifest), manifest.name];
      this.db.run(
        sql`INSERT INTO snapshot_copies (snapshot_id, destination_id, state, at, manifest, name)
            VALUES (${manifest.id}, ${destinationId}, 'stored', ${at}, ${described}, ${name})
            ON CONFLICT DO UPDATE SET state = 'stored', at = iif(state = 'stored', at, excluded.at), message = NULL,
              manifest = iif(state IN ('stored', 'missing'), manifest, excluded.manifest),
              name = iif(state IN ('stored', 'missing'), name, excluded.name)
              WHERE state NOT IN ${REMOVED}`,
      );
    });
  }

  /**
   * Makes a snapshot the catalog's own, as the newest that was taken in. What it holds goes back to where its plan says
   * that its sources are now: the paths in its manifest are those of another machine.
   * @throws SnapkeepError as {@link enter}
   */
  recover(manifest: Manifest, { destinationId, plan, at }: { destinationId: string; plan: Plan; at: string }): void {
    const paths = new Map(plan.attachedFiles.map(({ name, path }) => [name, path]));
    this.db.transaction(() => {
      const entry = { origin: 'own', planId: plan.id } as const;
      this.enter(manifest, { ...entry, destinationId, at });
      const attachedFiles = toRow(manifest, entry).attachedFiles.map((each) => ({
        ...each,
        path: paths.get(each.name) ?? each.path,
      }));
      this.db.run(
        sql`UPDATE snapshots SET source_path = ${plan.sourcePath}, attached_files = ${JSON.stringify(attachedFiles)}
            WHERE id = ${manifest.id}`,
      );
      // SQLite's own counter of the table, so that the number is never given out again.
      this.db.run(sql`UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'snapshots'`);
      this.db.run(
        sql`UPDATE snapshots SET origin = 'own', plan_id = ${plan.id},
              number = (SELECT seq FROM sqlite_sequence WHERE name = 'snapshots')
            WHERE id = ${manifest.id} AND origin = 'imported'`,
      );
    });
  }

  /**
   * A missing snapshot of this name there will not come back, nor does one whose name could be taken by a run.
   * @throws SnapkeepError `CONFLICT` for another one that is stored there
   */
  #forgetNamesakes(
    manifest: Manifest,
    { origin, destinationId }: { origin: SnapshotOrigin; destinationId: string },
  ): void {
    const others = this.db.all(
      Namesake,
      sql`SELECT s.id, c.state FROM snapshots s CROSS JOIN snapshot_copies c ON c.snapshot_id = s.id
          WHERE c.destination_id = ${destinationId} AND s.id IN (${named(manifest.name)}) AND ${COPY_NAME} = ${manifest.name} AND s.id <> ${manifest.id}
            AND c.state IN ('stored', 'missing')`,
    );
    for (const { id, state } of others) {
      if (state === 'stored' && origin === 'imported') {
        throw new SnapkeepError('CONFLICT', `Another snapshot named ${manifest.name} is stored there.`, {
          hint: 'Verify that snapshot: its file or manifest was replaced.',
        });
      }
      this.db.run(sql`DELETE FROM snapshot_copies WHERE ${isCopy(id, destinationId)}`);
      this.deleteIfNoCopies(id);
    }
  }

  #insert(manifest: Manifest, entry: { origin: SnapshotOrigin; planId: string | null }): void {
    this.#new.insert(toRow(manifest, entry));
    this.db.run(sql`INSERT INTO manifests (snapshot_id, body) VALUES (${manifest.id}, ${JSON.stringify(manifest)})`);
  }

  setPlan(id: string, planId: string): void {
    this.db.run(sql`UPDATE snapshots SET plan_id = ${planId} WHERE id = ${id}`);
  }

  setPinned(id: string, pinned: boolean): void {
    this.db.run(sql`UPDATE snapshots SET pinned = ${pinned ? 1 : 0} WHERE id = ${id}`);
  }

  remove(id: string): void {
    this.db.run(sql`DELETE FROM snapshots WHERE id = ${id}`);
  }

  /** Forgets a snapshot that has no copy left, and answers whether it did. */
  deleteIfNoCopies(id: string): boolean {
    const alone = sql`id = ${id} AND id NOT IN (SELECT snapshot_id FROM snapshot_copies)`;
    return this.db.run(sql`DELETE FROM snapshots WHERE ${alone}`) > 0;
  }

  /** @param destinationId the destination whose copy was read */
  addVerification(snapshotId: string, destinationId: string | null, verification: Verification): void {
    const { at, valid, level, message, unchecked } = verification;
    const except = unchecked.length === 0 ? null : uncheckedInWords(unchecked);
    const found = sql`verified_at = ${at}, valid = ${valid ? 1 : 0}, level = ${level}`;
    const verified = valid && level !== 'none' ? 1 : 0;
    this.db.transaction(() => {
      this.#verifications.insert({ snapshotId, destinationId, at, body: verification });
      this.db.run(
        sql`UPDATE snapshots SET ${found}, verification_message = ${message}, verification_except = ${except},
              once_verified = once_verified OR ${verified} WHERE id = ${snapshotId}`,
      );
      this.db.run(sql`UPDATE snapshot_copies SET ${found} WHERE ${isCopy(snapshotId, destinationId)}`);
    });
  }

  /** Newest first. */
  verifications(snapshotId: string): Verification[] {
    return this.#verifications
      .all(sql`WHERE snapshot_id = ${snapshotId} ORDER BY number DESC LIMIT 100`)
      .map(({ body }) => body);
  }

  #newestFirst(condition: Sql): SnapshotSummary[] {
    return this.#select(sql`(${condition}) AND ${LISTED} ORDER BY s.number DESC`);
  }

  #select(which: Sql): SnapshotSummary[] {
    const rows = this.#snapshots.all(sql`s WHERE ${which}`);
    const copies = this.#copiesOf(rows);
    return rows.map((row) => toSummary(row, copies.get(row.id) ?? []));
  }

  #getWhole(condition: Sql): Snapshot | undefined {
    const row = this.#snapshots.get(sql`s WHERE ${condition}`);
    return row && toSnapshot(row, this.#copiesOf([row]).get(row.id) ?? [], this.manifest(row.id));
  }

  #copiesOf(snapshots: readonly SnapshotRow[]): Map<string, StoredCopyRow[]> {
    const rows = this.db.all(StoredCopyRow, copiesOf(snapshots.map(({ number }) => number)));
    return Map.groupBy(rows, ({ snapshotId }) => snapshotId);
  }
}
