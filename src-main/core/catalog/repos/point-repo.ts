import { z } from 'zod';
import type { Point, PointEventKind, PointVerification } from '../../../../src-shared/model/history/point.ts';
import type { TimelineBucket, TimelineMark } from '../../../../src-shared/model/history/timeline.ts';
import type { RetainedPoint } from '../../../../src-shared/retention/history-retention.ts';
import type { VerifiablePoint } from '../../../../src-shared/retention/points-to-verify.ts';
import { bucketSpan } from '../../../../src-shared/rules/history/timeline.ts';
import { every, Sql, sql, valuesOf } from '../sql.ts';
import { flag, Repo, Table } from '../table.ts';
import { ALL_EVENTS, events, hash, PointRow, ReadPoint, toPoint } from './point-rows.ts';

/** Which points are asked for. */
interface PageOfPoints {
  /** Those that were made at this instant or later. */
  from?: string | undefined;
  /** Those that were made before this instant. */
  to?: string | undefined;
  /** The TXID of the last one of the page before. */
  before?: number | undefined;
  limit: number;
}

/** A part of a timeline, in milliseconds since 1970; `to` is exclusive. */
interface TimelinePart {
  from: number;
  to: number;
  bucketMs: number;
}

const FIELDS = new Sql(`h.id AS "historyId", h.plan_id AS "planId", p.txid, p.made_at AS "madeAt", p.pages,
  p.changed_pages AS "changedPages", p.bytes, p.sha256, p.root_hash AS "rootHash", s.hash AS "schemaHash", s.tables, p.rows,
  p.events, p.since_look_ms AS "sinceLookMs", p.pinned, p.verified_at AS "verifiedAt", p.level, p.valid
  FROM points p JOIN histories h ON h.number = p.history JOIN point_schemas s ON s.number = p.schema`);

/** Numbers are bound as floating point: what is divided or compared bit by bit is made an integer first. */
const integer = (value: number): Sql => sql`CAST(${value} AS INTEGER)`;
const historyNumber = (id: string): Sql => sql`(SELECT number FROM histories WHERE id = ${id})`;
const isPoint = (historyId: string, txid: number): Sql => sql`history = ${historyNumber(historyId)} AND txid = ${txid}`;

const Bucket = z.object({ bucket: z.int(), points: z.int(), changedPages: z.int(), events });
const Mark = z.object({ txid: z.int(), madeAt: z.int(), events, before: z.int().nullable() });
const Totals = z.object({ points: z.int(), bytes: z.int() });
const Eventful = z.object({ txid: z.int(), events });
const Verifiable = z.object({ txid: z.int(), restoredAt: z.int().nullable() });
const Retained = z.object({ txid: z.int(), madeAt: z.int(), pinned: flag, valid: flag.nullable() });

/** The table of points: a month of minutes is 43,200 of them, so hashes are bytes, and tables are named once for each schema. */
export class PointRepo extends Repo {
  readonly #table = new Table(this.db, 'points', PointRow);

  /** Enters points of one history that are not known yet. */
  enter(points: readonly Point[]): void {
    const schemas = new Map<string, number>();
    this.db.transaction(() => {
      for (const { historyId, planId, schemaHash, tables, verification, ...rest } of points) {
        const history = this.db.value(z.int(), sql`SELECT ${historyNumber(historyId)}`) ?? 0;
        const names = JSON.stringify((tables ?? []).map(({ name }) => name));
        const key = `${history} ${schemaHash} ${names}`;
        const schema = schemas.get(key) ?? this.#schema(history, schemaHash, names);
        schemas.set(key, schema);
        this.#table.insert({
          ...rest,
          history,
          schema,
          rows: tables?.map(({ rows }) => rows) ?? null,
          verifiedAt: verification?.at ?? null,
          level: verification?.level ?? null,
          valid: verification?.valid ?? null,
        });
      }
    });
  }

  /** The number of a schema, which is added if it is new. @param names of its tables, as JSON */
  #schema(history: number, schemaHash: string, names: string): number {
    const bytes = z.encode(hash, schemaHash);
    this.db.run(
      sql`INSERT INTO point_schemas (history, hash, tables) VALUES (${history}, ${bytes}, ${names}) ON CONFLICT DO NOTHING`,
    );
    const number = sql`SELECT number FROM point_schemas WHERE history = ${history} AND hash = ${bytes} AND tables = ${names}`;
    return this.db.value(z.int(), number) ?? 0;
  }

  /** A page of the points of a history, the newest first. */
  page(historyId: string, { from, to, before, limit }: PageOfPoints): Point[] {
    const conditions = every(
      sql`p.history = ${historyNumber(historyId)}`,
      from !== undefined && sql`p.made_at >= ${Date.parse(from)}`,
      to !== undefined && sql`p.made_at < ${Date.parse(to)}`,
      before !== undefined && sql`p.txid < ${before}`,
    );
    const rows = this.db.all(ReadPoint, sql`SELECT ${FIELDS} WHERE ${conditions} ORDER BY p.txid DESC LIMIT ${limit}`);
    return rows.map(toPoint);
  }

  /** Some points after one, the oldest first. */
  after(historyId: string, txid: number, limit: number): Point[] {
    const later = sql`p.history = ${historyNumber(historyId)} AND p.txid > ${txid}`;
    return this.db.all(ReadPoint, sql`SELECT ${FIELDS} WHERE ${later} ORDER BY p.txid LIMIT ${limit}`).map(toPoint);
  }

  /** How many points a history has, and what their captures took. */
  totals(historyId: string): { points: number; bytes: number } {
    const sums = sql`SELECT count(*) AS points, coalesce(sum(bytes), 0) AS bytes FROM points
      WHERE history = ${historyNumber(historyId)}`;
    return this.db.get(Totals, sums) ?? { points: 0, bytes: 0 };
  }

  get(historyId: string, txid: number): Point | undefined {
    const [found] = this.page(historyId, { before: txid + 1, limit: 1 });
    return found?.txid === txid ? found : undefined;
  }

  /** The point just before another one, by the order of making. */
  justBefore(historyId: string, txid: number): Point | undefined {
    return this.page(historyId, { before: txid, limit: 1 })[0];
  }

  /** The last point that is labelled with an instant or an earlier one. */
  at(historyId: string, instant: string): Point | undefined {
    return this.page(historyId, { to: new Date(Date.parse(instant) + 1).toISOString(), limit: 1 })[0];
  }

  /** What the schedule of verifications looks at, in the order of making. */
  verifiable(historyId: string): VerifiablePoint[] {
    const restored = sql`CASE WHEN level = 'restored' THEN verified_at END AS "restoredAt"`;
    return this.db.all(
      Verifiable,
      sql`SELECT txid, ${restored} FROM points WHERE history = ${historyNumber(historyId)} ORDER BY txid`,
    );
  }

  /** What retention looks at, in the order of making: only a restore shows that a point is valid. */
  retained(historyId: string): Array<Omit<RetainedPoint, 'inUse'>> {
    return this.db.all(
      Retained,
      sql`SELECT txid, made_at AS "madeAt", pinned, CASE WHEN level = 'restored' OR valid = 0 THEN valid END AS valid FROM points WHERE history = ${historyNumber(historyId)} ORDER BY txid`,
    );
  }

  /** How much changed over time, as `timelineBuckets` of the rules says; buckets without a point are left out. */
  summary(historyId: string, { from, to, bucketMs }: TimelinePart): TimelineBucket[] {
    const rows = this.db.all(
      Bucket,
      sql`SELECT (made_at - ${integer(from)}) / ${integer(bucketMs)} AS bucket, count(*) AS points,
            sum(changed_pages) AS "changedPages", ${ALL_EVENTS} AS events FROM points
          WHERE history = ${historyNumber(historyId)} AND made_at >= ${from} AND made_at < ${to}
          GROUP BY bucket ORDER BY bucket`,
    );
    return rows.map(({ bucket, ...rest }) => ({ ...bucketSpan(bucket, from, bucketMs), ...rest }));
  }

  /** The points at which something happened, the newest of them, in the order of making. */
  marks(historyId: string, { from, to }: Omit<TimelinePart, 'bucketMs'>, limit: number): TimelineMark[] {
    const rows = this.db.all(
      Mark,
      sql`SELECT txid, made_at AS "madeAt", events,
            (SELECT max(txid) FROM points b WHERE b.history = p.history AND b.txid < p.txid) AS before FROM points p
          WHERE history = ${historyNumber(historyId)} AND events <> 0 AND made_at >= ${from} AND made_at < ${to}
          ORDER BY txid DESC LIMIT ${limit}`,
    );
    return rows.reverse().map(({ madeAt, ...mark }) => ({ ...mark, at: new Date(madeAt).toISOString() }));
  }

  /** The points at which something happened, in the order of making. */
  eventful(historyId: string): Array<Pick<TimelineMark, 'txid' | 'events'>> {
    const marked = sql`history = ${historyNumber(historyId)} AND events <> 0`;
    return this.db.all(Eventful, sql`SELECT txid, events FROM points WHERE ${marked} ORDER BY txid`);
  }

  /** Adds what happened at a point. */
  addEvents(historyId: string, txid: number, kinds: readonly PointEventKind[]): void {
    const bits = integer(z.encode(events, [...kinds]));
    this.db.run(sql`UPDATE points SET events = events | ${bits} WHERE ${isPoint(historyId, txid)}`);
  }

  setPinned(historyId: string, txid: number, pinned: boolean): void {
    this.db.run(sql`UPDATE points SET pinned = ${pinned ? 1 : 0} WHERE ${isPoint(historyId, txid)}`);
  }

  /** Remembers the newest verification of a point. */
  setVerified(historyId: string, txid: number, { at, level, valid }: PointVerification): void {
    this.db.run(
      sql`UPDATE points SET verified_at = ${Date.parse(at)}, level = ${level}, valid = ${valid ? 1 : 0}
          WHERE ${isPoint(historyId, txid)}`,
    );
  }

  /** Forgets points that are not kept any more. */
  remove(historyId: string, txids: readonly number[]): void {
    this.db.run(sql`DELETE FROM points WHERE history = ${historyNumber(historyId)} AND txid IN ${valuesOf(txids)}`);
  }
}
