import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import type {
  ComparedCell,
  Comparison,
  DifferenceFilter,
  RowDifference,
  RowDifferences,
} from '../../../src-shared/model/rows/comparison.ts';
import type { SqlPiece } from '../../../src-shared/model/rows/sql-piece.ts';
import type { OpenCopy } from '../browse/open-copies.ts';
import { compareImages } from '../engine/compare/compare-images.ts';
import { type ComparedImage, describeImage } from '../engine/compare/compared-image.ts';
import { differenceSql } from '../engine/compare/difference-sql.ts';
import { LongValue, type RowValue, sameRowValue, TextBytes } from '../engine/compare/exact-values.ts';
import { type RowDifference as FoundDifference, pairTable, rowDifferences } from '../engine/compare/row-differences.ts';
import { SQL_PIECE, sqlPieces } from '../engine/dump/pieces.ts';
import { cellOf, textBytesCell, wholeCharacters } from '../engine/rows/cells.ts';
import type { Database } from '../engine/sqlite/open-database.ts';

/** Which rows are asked for. */
export interface DifferencesRequest extends DifferenceFilter {
  offset: number;
  limit: number;
}

/** Values of one row are sent up to this many bytes; a page has as many rows as fit. */
const PAGE_BYTES = 2 * 1024 * 1024;

/**
 * Answers questions about two opened images. What is read row by row goes on where the last question stopped, so paging
 * through a comparison costs no more than reading it once.
 */
export class ComparisonReader {
  readonly #before: ComparedImage;
  readonly #after: ComparedImage;
  readonly #rows = new Resumable<FoundDifference>();
  readonly #sql = new Resumable<string>();

  constructor(databases: readonly Database[], images: ReadonlyArray<Pick<OpenCopy, 'path' | 'unlocking'>>) {
    const [before, after] = databases.map((database, n) => {
      const image = images[n];
      return describeImage(database, image?.unlocking === null ? image.path : null);
    });
    if (before === undefined || after === undefined) throw new Error('A comparison has two images.');
    this.#before = before;
    this.#after = after;
  }

  summary(progress: (done: number, total: number | null) => void): Comparison {
    return compareImages(this.#before, this.#after, (_, done, total) => progress(done, total));
  }

  /** @throws SnapkeepError `NOT_FOUND` for a table that not both states have */
  rows({ offset, limit, ...filter }: DifferencesRequest): RowDifferences {
    const pair = pairTable(this.#before, this.#after, filter.table);
    if (pair === null) throw noSuchTable(filter.table);
    const found = this.#rows.from(JSON.stringify(filter), offset, () => filtered(rowDifferences(pair), filter));
    const rows: RowDifference[] = [];
    for (let bytes = 0; rows.length < limit && bytes < PAGE_BYTES; ) {
      const next = found.next();
      if (next.done) break;
      const row = differenceOf(next.value);
      rows.push(row);
      bytes += JSON.stringify(row).length;
    }
    return {
      columns: pair.columns,
      key: pair.identity?.columns.map(({ name }) => name) ?? [],
      rows,
      next: this.#rows.ended ? null : offset + rows.length,
    };
  }

  sql({ table, offset }: { table?: string | undefined; offset: number }): SqlPiece {
    const pieces = this.#sql.from(`${table}`, offset, () => sqlPieces(differenceSql(this.#before, this.#after, table)));
    const next = pieces.next();
    const sql = next.done ? '' : next.value;
    return { sql, next: sql.length < SQL_PIECE ? null : offset + 1 };
  }
}

/** A sequence that is read on from where the last reader stopped; whoever wants another place starts it again. */
class Resumable<T> {
  #name = '';
  #position = 0;
  #sequence: Generator<T> | null = null;
  ended = false;

  from(name: string, position: number, start: () => Generator<T>): { next(): IteratorResult<T> } {
    if (this.#sequence === null || this.#name !== name || this.#position !== position || this.ended) {
      this.#sequence?.return(undefined);
      this.#sequence = start();
      this.#name = name;
      this.#position = 0;
      this.ended = false;
      while (this.#position < position && !this.ended) this.#next(this.#sequence);
    }
    const sequence = this.#sequence;
    return { next: () => this.#next(sequence) };
  }

  #next(sequence: Generator<T>): IteratorResult<T> {
    const next = sequence.next();
    if (next.done) this.ended = true;
    else this.#position += 1;
    return next;
  }
}

function* filtered(
  differences: Iterable<FoundDifference>,
  { change, text }: DifferenceFilter,
): Generator<FoundDifference> {
  const wanted = text?.toLowerCase();
  for (const difference of differences) {
    if (change !== undefined && changeOf(difference) !== change) continue;
    const values = [...(difference.before ?? []), ...(difference.after ?? [])];
    if (wanted === undefined || wanted === '' || values.some((value) => inWords(value).includes(wanted)))
      yield difference;
  }
}

function inWords(value: RowValue): string {
  if (value === null) return 'null';
  if (value instanceof LongValue) return value.type === 'text' ? value.start.toString().toLowerCase() : '';
  if (value instanceof TextBytes) return value.bytes.toString().toLowerCase();
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value).toLowerCase();
}

function changeOf({ before, after }: FoundDifference): RowDifference['change'] {
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

function differenceOf(found: FoundDifference): RowDifference {
  const { before, after } = found;
  return {
    change: changeOf(found),
    before: before?.map(comparedCell) ?? null,
    after: after?.map(comparedCell) ?? null,
    changed:
      before === null || after === null
        ? []
        : before.flatMap((value, at) => (sameRowValue(value, after[at] ?? null) ? [] : [at])),
  };
}

function comparedCell(value: RowValue): ComparedCell {
  if (value instanceof LongValue) return { cell: longCell(value), sha256: value.sha256 };
  return { cell: value instanceof TextBytes ? textBytesCell(value.bytes) : cellOf(value), sha256: null };
}

function longCell({ type, bytes, start, encoding }: LongValue): Cell {
  if (type === 'blob') return { blob: start.toString('base64'), bytes };
  if (encoding !== 'utf-8') return { textBytes: start.toString('base64'), bytes };
  return { text: wholeCharacters(start.toString()), bytes };
}

const noSuchTable = (table: string): SnapkeepError =>
  new SnapkeepError('NOT_FOUND', `Only one of the compared databases has a table ${table}, or neither has.`, {
    hint: 'Choose a table that both have.',
  });
