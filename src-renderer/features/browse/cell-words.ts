import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';

/** How a cell is drawn. */
export interface DrawnCell {
  text: string;
  kind: 'null' | 'number' | 'text' | 'blob';
}

/** More of a text does not fit into a cell. */
const SHOWN = 200;

/** Returns what a cell shows. */
export function drawnCell(cell: Cell): DrawnCell {
  if (cell === null) return { text: 'NULL', kind: 'null' };
  if (typeof cell === 'number') return { text: String(cell), kind: 'number' };
  if (typeof cell === 'string') return { text: cell.length > SHOWN ? `${cell.slice(0, SHOWN)}…` : cell, kind: 'text' };
  if ('integer' in cell) return { text: cell.integer, kind: 'number' };
  if ('real' in cell) return { text: realInWords(cell.real), kind: 'number' };
  if ('text' in cell) return { text: `${cell.text.slice(0, SHOWN)}…`, kind: 'text' };
  const what = 'blob' in cell ? 'Blob' : 'Invalid text';
  return { text: `${what}, ${bytesInWords(cell.bytes)}`, kind: 'blob' };
}

const realInWords = (real: number | string): string =>
  typeof real === 'number' && Number.isInteger(real) && Math.abs(real) < 1e15 ? `${real}.0` : String(real);
