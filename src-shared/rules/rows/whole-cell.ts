import type { Cell } from '../../model/rows/cell.ts';
import { trimEndOf } from '../../words/trimmed.ts';

/** Whether a cell has all of its value, so that it can name a row. */
export function isWholeCell(cell: Cell): boolean {
  if (cell === null || typeof cell !== 'object' || !('bytes' in cell)) return true;
  if ('text' in cell) return false;
  const base64 = 'blob' in cell ? cell.blob : cell.textBytes;
  const padding = base64.length - trimEndOf(base64, '=').length;
  return (base64.length / 4) * 3 - padding === cell.bytes;
}
