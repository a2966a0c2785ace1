import { z } from 'zod';
import { NotedReplacement } from '../../../../src-shared/model/restore/replacement.ts';
import { LogEntry, Run, type RunKind, type RunState } from '../../../../src-shared/model/run.ts';
import { localDay } from '../../../../src-shared/schedule/local-calendar.ts';
import { among, every, type Sql, sql, valuesOf } from '../sql.ts';
import { flag, json, Repo, Table } from '../table.ts';

/** What a run may leave behind when it is killed: removed at the next start. */
const Leftovers = z.object({
  stagingFolder: z.string(),
  /** Folders in which the run has incomplete files; they carry its id in their names. */
  folders: z.array(z.string()),
  /** What it was replacing, to be resolved before anything is removed; `null`: nothing. */
  replacement: NotedReplacement.nullable().default(null),
});
export type Leftovers = z.infer<typeof Leftovers>;

const RunRow = z.object({
  ...Run.pick({ id: true, kind: true, state: true, planId: true, queuedAt: true, finishedAt: true }).shape,
  /** Of backups, for the strip of days: the calendar day on which it finished, in the time zone of the machine then. */
  day: z.string().nullable(),
  valid: flag.nullable(),
  incomplete: flag,
  body: json(Run),
  leftovers: json(Leftovers).nullable(),
});
const BackupsOnDayRow = z.object({
  planId: z.string(),
  ...RunRow.pick({ state: true, valid: true, incomplete: true }).shape,
  day: z.string(),
  count: z.int(),
});
const LastRun = z.object({ planId: z.string(), run: json(Run) });
const LogRow = z.object({ ...LogEntry.shape, runId: z.string() });

/** So many are removed at a time: nothing else is done meanwhile. */
const MOST_REMOVED = 200;
/** The number of the `n`th newest run of a plan `p`. */
const nthNewest = (n: number): Sql =>
  sql`(SELECT number FROM runs WHERE plan_id IS p.plan_id ORDER BY number DESC LIMIT 1 OFFSET ${n - 1})`;

/** The tables of runs and of their logs. */
export class RunRepo extends Repo {
  readonly #runs = new Table(this.db, 'runs', RunRow);
  readonly #log = new Table(this.db, 'run_log', LogRow);

  save(run: Run, leftovers: Leftovers | null): void {
    const { finishedAt, result } = run;
    const brought = {
      day: finishedAt !== null && this.#isBackup(run) ? localDay(new Date(finishedAt)) : null,
      valid: result?.kind === 'backup' ? (result.verification?.valid ?? null) : null,
      incomplete: result?.kind === 'backup' && result.incomplete !== null,
    };
    this.#runs.save({ ...run, ...brought, body: run, leftovers }, ['id'], ['kind', 'queuedAt']);
  }

  /** A plan that stores a history alone is backed up by captures. */
  #isBackup({ kind, planId }: Run): boolean {
    if (kind !== 'capture') return kind === 'backup';
    return this.db.value(z.string(), sql`SELECT history ->> 'storage' FROM plans WHERE id = ${planId}`) === 'history';
  }

  get(id: string): Run | undefined {
    return this.#runs.get(sql`WHERE id = ${id}`)?.body;
  }

  /** Newest first. @param filter `before`: the id of the last run of the page before */
  list(filter: {
    planId?: string | undefined;
    before?: string | undefined;
    kinds?: readonly RunKind[];
    limit: number;
  }): Run[] {
    const { planId, before, kinds, limit } = filter;
    // Only what is asked for stands in the statement, so that an index answers it.
    const conditions = every(
      planId !== undefined && sql`plan_id = ${planId}`,
      before !== undefined && sql`number < (SELECT number FROM runs WHERE id = ${before})`,
      kinds !== undefined && sql`kind IN ${valuesOf(kinds)}`,
    );
    return this.#runs.all(sql`WHERE ${conditions} ORDER BY number DESC LIMIT ${limit}`).map(({ body }) => body);
  }

  /**
   * How many backups of each plan ended in which way on each day.
   * @param since the first day, `YYYY-MM-DD`
   * @param planIds without them, of all plans
   */
  backupDays(since: string, planIds?: readonly string[]): Array<z.infer<typeof BackupsOnDayRow>> {
    return this.db.all(
      BackupsOnDayRow,
      sql`SELECT p.id AS "planId", d.day, d.state, nullif(d.valid, -1) AS valid, d.incomplete, d.count
          FROM plans p CROSS JOIN backup_days d ON d.plan_id = p.id AND d.day >= ${since}
          WHERE ${among('p.id', planIds)}`,
    );
  }

  /**
   * The newest backup, or capture, of each plan that has ended and was not cancelled.
   * @param planIds without them, of all plans
   */
  last(kind: 'backup' | 'capture', planIds?: readonly string[]): Map<string, Run> {
    const newest = (state: RunState): Sql =>
      sql`(SELECT max(number) FROM runs WHERE plan_id = p.id AND kind = ${kind} AND state = ${state})`;
    const rows = this.db.all(
      LastRun,
      sql`SELECT p.id AS "planId", r.body AS run FROM plans p
          CROSS JOIN runs r ON r.number =
            max(coalesce(${newest('succeeded')}, 0), coalesce(${newest('failed')}, 0), coalesce(${newest('interrupted')}, 0))
          WHERE ${among('p.id', planIds)}`,
    );
    return new Map(rows.map(({ planId, run }) => [planId, run]));
  }

  /**
   * Whether a run whose id begins so is known and has ended.
   * @param idStart eight hexadecimal digits
   */
  hasEnded(idStart: string): boolean {
    const ended = sql`SELECT state NOT IN ('queued', 'running') FROM runs WHERE id GLOB ${`${idStart}-*`}`;
    const states = this.db.column(flag, ended);
    return states.length > 0 && states.every((isEnded) => isEnded);
  }

  /** The number of the newest run; 0: there is none. */
  newestNumber(): number {
    return this.db.value(z.int(), sql`SELECT coalesce(max(number), 0) FROM runs`) ?? 0;
  }

  /** The instant of a run that was queued after an instant, of those with a higher number; `null`: there is none. */
  queuedAfter(instant: string, number: number): string | null {
    const later = sql`SELECT queued_at FROM runs WHERE queued_at > ${instant} AND number > ${number} ORDER BY queued_at LIMIT 1`;
    return this.db.value(z.string(), later) ?? null;
  }

  /** Runs that a crash ended, or whose leftovers could not be removed yet, with what they may have left behind. */
  unfinished(): Array<{ run: Run; leftovers: Leftovers | null }> {
    return this.#runs
      .all(sql`WHERE state IN ('queued', 'running') OR leftovers IS NOT NULL ORDER BY number`)
      .map(({ body, leftovers }) => ({ run: body, leftovers }));
  }

  /** Remembers that an ended run has nothing left behind in a folder. */
  forgetLeftovers(id: string, folder: string): void {
    const row = this.#runs.get(sql`WHERE id = ${id}`);
    if (row == null || row.leftovers === null) return;
    const folders = row.leftovers.folders.filter((each) => each !== folder);
    this.save(row.body, folders.length === 0 ? null : { ...row.leftovers, folders });
  }

  /** Changes what a run is remembered by; what it left behind stays noted. */
  amend(run: Run): void {
    this.save(run, this.#runs.get(sql`WHERE id = ${run.id}`)?.leftovers ?? null);
  }

  /** Remembers what has become of a run that was replacing something; what it left in folders is still to be removed. */
  saveResolved(run: Run): void {
    const leftovers = this.#runs.get(sql`WHERE id = ${run.id}`)?.leftovers ?? null;
    this.save(run, leftovers && { ...leftovers, replacement: null });
  }

  addLog(runId: string, entry: LogEntry): void {
    this.#log.insert({ ...entry, runId });
  }

  log(runId: string): LogEntry[] {
    return this.#log
      .all(sql`WHERE run_id = ${runId} ORDER BY id`)
      .map(({ at, level, message }) => ({ at, level, message }));
  }

  /**
   * Removes runs and their logs that are no longer kept: of each plan those before its newest 1,000, and those that are
   * older than an instant and before its newest 100. The newest of each kind stays, and so do runs that can be undone,
   * that go on, or that left something behind.
   * @returns how many were removed, a few hundred at most; 0: there are no more
   */
  removeOld(olderThan: string): number {
    return this.db.run(
      sql`WITH edges AS MATERIALIZED (
            SELECT plan_id, ${nthNewest(101)} AS few, ${nthNewest(1001)} AS many FROM (SELECT DISTINCT plan_id FROM runs) p
          )
          DELETE FROM runs WHERE number IN (
            SELECT r.number FROM edges e CROSS JOIN runs r ON r.plan_id IS e.plan_id AND r.number <= e.few
            WHERE (r.number <= e.many OR r.queued_at < ${olderThan})
              AND r.finished_at IS NOT NULL AND r.leftovers IS NULL AND r.kind NOT IN ('restore', 'undo', 'databaseDeletion', 'putBackRows')
              AND EXISTS (SELECT 1 FROM runs n WHERE n.plan_id IS r.plan_id AND n.number > r.number AND n.kind = r.kind)
            LIMIT ${MOST_REMOVED}
          )`,
    );
  }
}
