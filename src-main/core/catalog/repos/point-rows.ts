import { z } from 'zod';
import { type Point, PointEventKind, PointTables } from '../../../../src-shared/model/history/point.ts';
import { Sha256, type TableRows } from '../../../../src-shared/model/values.ts';
import { Sql } from '../sql.ts';
import { flag, json } from '../table.ts';

/** A hash that is kept as its 32 bytes. */
export const hash = z.codec(z.instanceof(Uint8Array), Sha256, {
  decode: (bytes) => Buffer.from(bytes).toString('hex'),
  encode: (hex) => Buffer.from(hex, 'hex'),
});

/** An instant that is kept in milliseconds since 1970. */
const milliseconds = z.codec(z.int(), z.string(), {
  decode: (at) => new Date(at).toISOString(),
  encode: (instant) => Date.parse(instant),
});

/** Events that are kept as one number, a bit for each kind. */
export const events = z.codec(z.int(), z.array(PointEventKind), {
  decode: (bits) => PointEventKind.options.filter((_, index) => (bits & (1 << index)) !== 0),
  encode: (kinds) => kinds.reduce((bits, kind) => bits | (1 << PointEventKind.options.indexOf(kind)), 0),
});

/** The bit of one kind of event. */
export const bitOf = (kind: PointEventKind): Sql => new Sql(String(1 << PointEventKind.options.indexOf(kind)));

/** The events of some points, as a number: each kind that happened at any of them. */
export const ALL_EVENTS = new Sql(PointEventKind.options.map((_, index) => `max(events & ${1 << index})`).join(' | '));

/** The numbers of rows of the tables that a schema names, in its order: variable-length integers, 0 where not counted. */
export const counts = z.codec(z.instanceof(Uint8Array), z.array(z.int().nonnegative().nullable()), {
  decode: (bytes) => {
    const found: Array<number | null> = [];
    for (let at = 0; at < bytes.length; ) {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at] ?? 0;
        at += 1;
        value += (byte % 128) * scale;
        if (byte < 128) break;
      }
      found.push(value === 0 ? null : value - 1);
    }
    return found;
  },
  encode: (numbers) => {
    const bytes: number[] = [];
    for (const each of numbers) {
      let rest = each === null ? 0 : each + 1;
      for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
      bytes.push(rest);
    }
    return Uint8Array.from(bytes);
  },
});

/** A point as it is written. */
export const PointRow = z.object({
  history: z.int(),
  txid: z.int().positive(),
  madeAt: milliseconds,
  pages: z.int(),
  changedPages: z.int(),
  bytes: z.int(),
  sha256: hash,
  rootHash: hash,
  schema: z.int(),
  rows: counts.nullable(),
  events,
  sinceLookMs: z.int().nullable(),
  pinned: flag,
  verifiedAt: milliseconds.nullable(),
  level: z.enum(['checked', 'restored']).nullable(),
  valid: flag.nullable(),
});

/** A point as it is read, with its schema and its history. */
export const ReadPoint = PointRow.omit({ history: true, schema: true }).extend({
  historyId: z.uuid(),
  planId: z.uuid().nullable(),
  schemaHash: hash,
  tables: json(z.array(z.string())),
});

/** The point that a row describes. */
export function toPoint(row: z.output<typeof ReadPoint>): Point {
  const { rows, tables: names, verifiedAt, level, valid, ...rest } = row;
  const tables: TableRows[] | null =
    rows === null ? null : PointTables.parse(names.map((name, index) => ({ name, rows: rows[index] ?? null })));
  const verification =
    verifiedAt === null || level === null || valid === null ? null : { at: verifiedAt, level, valid };
  return { ...rest, tables, verification };
}
