import { z } from 'zod';
import { NotedReplacement } from '../../../../src-shared/model/restore/replacement.ts';
import { LogEntry, Run, type RunKind } from '../../../../src-shared/model/run.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';
import { json, Table } from '../table.ts';

/** What a run may leave behind when it is killed: removed at the next start. */
const Leftovers = z.object({
  stagingFolder: z.string(),
  /** Folders in which the run has files in the making; they carry its id in their names. */
  folders: z.array(z.string()),
  /** What it was replacing, to be settled before anything is removed; `null`: nothing. */
  replacement: NotedReplacement.nullable().default(null),
});
export type Leftovers = z.infer<typeof Leftovers>;

const RunRow = z.object({
  ...Run.pick({ id: true, kind: true, state: true, planId: true, queuedAt: true, finishedAt: true }).shape,
  body: json(Run),
  leftovers: json(Leftovers).nullable(),
});
const LogRow = z.object({ ...LogEntry.shape, runId: z.string() });

/** The tables of runs and of their logs. */
export class RunRepo {
  readonly #db: Database;
  readonly #runs: Table<typeof RunRow>;
  readonly #log: Table<typeof LogRow>;

  constructor(db: Database) {
    this.#db = db;
    this.#runs = new Table(db, 'runs', RunRow);
    this.#log = new Table(db, 'run_log', LogRow);
  }

  save(run: Run, leftovers: Leftovers | null): void {
    this.#runs.save({ ...run, body: run, leftovers }, ['id'], ['kind', 'queuedAt']);
  }

  get(id: string): Run | undefined {
    return this.#runs.get('WHERE id = ?', id)?.body;
  }

  /** Newest first. */
  list(filter: {
    planId?: string | undefined;
    before?: string | undefined;
    kinds?: readonly RunKind[];
    limit: number;
  }): Run[] {
    const { planId = null, before = null, kinds, limit } = filter;
    // Only what is asked for stands in the statement, so that an index answers it.
    const asked: Array<[condition: string, value: string]> = [
      ...(planId === null ? [] : [['plan_id = ?', planId] as [string, string]]),
      ...(before === null ? [] : [['queued_at < ?', before] as [string, string]]),
      ...(kinds === undefined
        ? []
        : [['kind IN (SELECT value FROM json_each(?))', JSON.stringify(kinds)] as [string, string]]),
    ];
    const where = asked.length === 0 ? '' : `WHERE ${asked.map(([condition]) => condition).join(' AND ')}`;
    const values = asked.map(([, value]) => value);
    return this.#runs.all(`${where} ORDER BY number DESC LIMIT ?`, ...values, limit).map(({ body }) => body);
  }

  /** The backups of a plan that ended at or after an instant. */
  backupsSince(planId: string, since: string): Run[] {
    const rest = "WHERE plan_id = ? AND kind = 'backup' AND finished_at >= ? ORDER BY finished_at";
    return this.#runs.all(rest, planId, since).map(({ body }) => body);
  }

  /**
   * Whether a run whose id begins so is known and has ended.
   * @param idStart eight hexadecimal digits
   */
  hasEnded(idStart: string): boolean {
    const ended = this.#db.prepare("SELECT state NOT IN ('queued', 'running') FROM runs WHERE id GLOB ?").pluck();
    const states = ended.all(`${idStart}-*`) as number[];
    return states.length > 0 && states.every((state) => state === 1);
  }

  /** The number of the newest run; 0: there is none. */
  newestNumber(): number {
    return this.#db.prepare('SELECT coalesce(max(number), 0) FROM runs').pluck().get() as number;
  }

  /** The instant of a run that was queued after an instant, of those with a higher number; `null`: there is none. */
  queuedAfter(instant: string, number: number): string | null {
    const found = this.#db
      .prepare('SELECT queued_at FROM runs WHERE queued_at > ? AND number > ? ORDER BY queued_at LIMIT 1')
      .pluck()
      .get(instant, number);
    return found === undefined ? null : String(found);
  }

  /** Runs that a crash ended, or whose leftovers could not be removed yet, with what they may have left behind. */
  unfinished(): Array<{ run: Run; leftovers: Leftovers | null }> {
    return this.#runs
      .all("WHERE state IN ('queued', 'running') OR leftovers IS NOT NULL ORDER BY number")
      .map(({ body, leftovers }) => ({ run: body, leftovers }));
  }

  /** Remembers that an ended run has nothing left behind in a folder. */
  forgetLeftovers(id: string, folder: string): void {
    const row = this.#runs.get('WHERE id = ?', id);
    if (row == null || row.leftovers === null) return;
    const folders = row.leftovers.folders.filter((each) => each !== folder);
    this.save(row.body, folders.length === 0 ? null : { ...row.leftovers, folders });
  }

  /** Changes what a run is remembered by; what it left behind stays noted. */
  amend(run: Run): void {
    this.save(run, this.#runs.get('WHERE id = ?', run.id)?.leftovers ?? null);
  }

  /** Remembers what has become of a run that was replacing something; what it left in folders is still to be removed. */
  saveSettled(run: Run): void {
    const leftovers = this.#runs.get('WHERE id = ?', run.id)?.leftovers ?? null;
    this.save(run, leftovers && { ...leftovers, replacement: null });
  }

  addLog(runId: string, entry: LogEntry): void {
    this.#log.insert({ ...entry, runId });
  }

  log(runId: string): LogEntry[] {
    return this.#log
      .all('WHERE run_id = ? ORDER BY id', runId)
      .map(({ at, level, message }) => ({ at, level, message }));
  }

  /**
   * Removes runs and their logs that are no longer kept: of each plan those before its newest 1,000, and those that are
   * older than an instant and before its newest 100. The newest of each kind stays, and so do runs that can be undone,
   * that go on, or that left something behind.
   * @returns how many were removed
   */
  removeOld(olderThan: string): number {
    return this.#db
      .prepare(
        `WITH ranked AS (
           SELECT number, kind, queued_at, finished_at, leftovers,
             row_number() OVER (PARTITION BY plan_id ORDER BY number DESC) AS place,
             row_number() OVER (PARTITION BY plan_id, kind ORDER BY number DESC) AS place_of_kind
           FROM runs
         )
         DELETE FROM runs WHERE number IN (
           SELECT number FROM ranked
           WHERE (place > 1000 OR (place > 100 AND queued_at < ?)) AND place_of_kind > 1
             AND finished_at IS NOT NULL AND leftovers IS NULL AND kind NOT IN ('restore', 'undo', 'databaseDeletion')
         )`,
      )
      .run(olderThan).changes;
  }
}
