import type { LogEntry, Run, RunKind } from '../../../../src-shared/model/run.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** What a run may leave behind when it is killed: removed at the next start. */
export interface Leftovers {
  stagingFolder: string;
  /** Folders in which the run has files in the making; they carry its id in their names. */
  folders: string[];
}

/** The tables of runs and of their logs. */
export class RunRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  save(run: Run, leftovers: Leftovers | null): void {
    this.#db
      .prepare(
        `INSERT INTO runs (id, kind, state, plan_id, queued_at, finished_at, body, leftovers) VALUES (@id, @kind, @state, @planId, @queuedAt, @finishedAt, @body, @leftovers)
         ON CONFLICT (id) DO UPDATE SET state = @state, plan_id = @planId, finished_at = @finishedAt, body = @body, leftovers = @leftovers`,
      )
      .run({
        id: run.id,
        kind: run.kind,
        state: run.state,
        planId: run.planId,
        queuedAt: run.queuedAt,
        finishedAt: run.finishedAt,
        body: JSON.stringify(run),
        leftovers: leftovers === null ? null : JSON.stringify(leftovers),
      });
  }

  get(id: string): Run | undefined {
    const body = this.#db.prepare('SELECT body FROM runs WHERE id = ?').pluck().get(id) as string | undefined;
    return body === undefined ? undefined : (JSON.parse(body) as Run);
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
    const conditions = [
      ...(planId === null ? [] : ['plan_id = @planId']),
      ...(before === null ? [] : ['queued_at < @before']),
      ...(kinds === undefined ? [] : ['kind IN (SELECT value FROM json_each(@kinds))']),
    ];
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#db
      .prepare(`SELECT body FROM runs ${where} ORDER BY number DESC LIMIT @limit`)
      .pluck()
      .all({ planId, before, kinds: JSON.stringify(kinds ?? []), limit }) as string[];
    return rows.map((body) => JSON.parse(body) as Run);
  }

  /** The backups of a plan that ended at or after an instant. */
  backupsSince(planId: string, since: string): Run[] {
    const rows = this.#db
      .prepare("SELECT body FROM runs WHERE plan_id = ? AND kind = 'backup' AND finished_at >= ? ORDER BY finished_at")
      .pluck()
      .all(planId, since) as string[];
    return rows.map((body) => JSON.parse(body) as Run);
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
    const rows = this.#db
      .prepare(
        "SELECT body, leftovers FROM runs WHERE state IN ('queued', 'running') OR leftovers IS NOT NULL ORDER BY number",
      )
      .all() as Array<{
      body: string;
      leftovers: string | null;
    }>;
    return rows.map((row) => ({
      run: JSON.parse(row.body) as Run,
      leftovers: row.leftovers === null ? null : (JSON.parse(row.leftovers) as Leftovers),
    }));
  }

  /** Remembers that an ended run has nothing left behind in a folder. */
  forgetLeftovers(id: string, folder: string): void {
    const body = this.#db.prepare('SELECT leftovers FROM runs WHERE id = ?').pluck().get(id) as
      | string
      | null
      | undefined;
    if (body == null) return;
    const leftovers = JSON.parse(body) as Leftovers;
    const folders = leftovers.folders.filter((each) => each !== folder);
    const kept = folders.length === 0 ? null : JSON.stringify({ ...leftovers, folders });
    this.#db.prepare('UPDATE runs SET leftovers = ? WHERE id = ?').run(kept, id);
  }

  addLog(runId: string, entry: LogEntry): void {
    this.#db
      .prepare('INSERT INTO run_log (run_id, at, level, message) VALUES (?, ?, ?, ?)')
      .run(runId, entry.at, entry.level, entry.message);
  }

  log(runId: string): LogEntry[] {
    return this.#db
      .prepare('SELECT at, level, message FROM run_log WHERE run_id = ? ORDER BY id')
      .all(runId) as LogEntry[];
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
