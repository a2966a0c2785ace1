import type { Cell } from '../model/rows/cell.ts';
import type { FoundRow, FoundRows, RowVersion, SearchedSnapshot } from '../model/rows/found-rows.ts';
import { type Presence, presencesOf, type ShownVersion } from '../rules/rows/row-history.ts';
import { shortMomentInWords } from './moments.ts';
import { bytesInWords, countInWords } from './wording.ts';

type Moments = readonly Pick<SearchedSnapshot, 'at'>[];

/** So many times are named; what was before them is counted. */
const NAMED = 4;

/**
 * Returns when a row was present: `present until Mon 30 Nov, 02:00; missing since Tue 1 Dec, 02:00`. It states only what
 * searched snapshots show.
 */
export function presenceInWords({ spans }: Pick<FoundRow, 'spans'>, snapshots: Moments, now: number): string {
  const presences = presencesOf(spans);
  const earlier = Math.max(0, presences.length - NAMED);
  const parts = presences.slice(earlier).map((presence) => partInWords(presence, snapshots, now));
  return [...(earlier === 0 ? [] : [countInWords(earlier, 'earlier change')]), ...parts].join('; ');
}

function partInWords({ present, oldest, newest, fromStart, toEnd }: Presence, snapshots: Moments, now: number): string {
  const moment = (position: number): string => shortMomentInWords(snapshots[position]?.at ?? '', now);
  const state = present ? 'present' : 'missing';
  if (fromStart && toEnd)
    return snapshots.length === 1 ? `${state} in the only snapshot` : `${state} in all ${snapshots.length} snapshots`;
  if (fromStart) return `${state} until ${moment(newest)}`;
  if (toEnd) return `${state} since ${moment(oldest)}`;
  return periodInWords(state, { oldest, newest }, moment);
}

const periodInWords = (
  what: string,
  { oldest, newest }: Pick<Presence, 'oldest' | 'newest'>,
  moment: (position: number) => string,
): string =>
  oldest === newest
    ? `${what} in the snapshot of ${moment(oldest)}`
    : `${what} from ${moment(oldest)} until ${moment(newest)}`;

/** Returns which snapshots show a version of a row: `From Sat 28 Nov, 02:00 until Mon 30 Nov, 02:00`. */
export function shownInWords({ oldest, newest }: ShownVersion, snapshots: Moments, now: number): string {
  const moment = (position: number): string => shortMomentInWords(snapshots[position]?.at ?? '', now);
  const words = periodInWords('', { oldest, newest }, moment).trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Returns the name of a row: its table and its key, `customers 4711`. */
export function foundRowLabel({ table, key }: Pick<FoundRow, 'table' | 'key'>): string {
  if (key === null) return `${table} (no key)`;
  return `${table} ${key.cells.map(cellInWords).join(', ')}`;
}

/** Returns a value in one line: text as it is, NULL, or what a blob is. */
export function cellInWords(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell !== 'object') return String(cell);
  if ('integer' in cell) return cell.integer;
  if ('real' in cell) return String(cell.real);
  if ('text' in cell) return `${cell.text}… (${bytesInWords(cell.bytes)})`;
  return `${'blob' in cell ? 'BLOB' : 'text that is not valid UTF-8'}, ${bytesInWords(cell.bytes)}`;
}

/** So much of a value is shown in a line, in characters. */
const SHOWN = 80;

/** Returns what a version of a row looks like, in one line: `id 4711, name Ann Lee`. */
export function versionInWords({ columns, cells }: RowVersion): string {
  if (cells === null) return 'too large to be kept';
  return columns
    .map((column, index) => {
      const value = cellInWords(cells[index] ?? null);
      return `${column} ${value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value}`;
    })
    .join(', ');
}

/** Returns how far a search came: `2 rows found in 10 snapshots`. */
export function foundRowsInWords({ rows, snapshots, more }: Pick<FoundRows, 'rows' | 'snapshots' | 'more'>): string {
  const searched = snapshots.filter(({ state }) => state === 'searched').length;
  const where =
    searched === snapshots.length
      ? countInWords(searched, 'snapshot')
      : `${countInWords(searched, 'snapshot')} of ${snapshots.length}`;
  const found = rows.length === 0 ? 'No row found' : `${countInWords(rows.length, 'row')} found`;
  return `${found} in ${where}.${more ? ` More rows match: search for a longer text, or in one table.` : ''}`;
}
