import type { Cell } from '../../model/rows/cell.ts';

/** Whether a cell has all of its value, so that it can name a row. */
export function isWholeCell(cell: Cell): boolean {
  if (cell === null || typeof cell !== 'object' || !('bytes' in cell)) return true;
  if ('text' in cell) return false;
  const base64 = 'blob' in cell ? cell.blob : cell.textBytes;
  const padding = /=*$/.exec(base64)?.[0].length ?? 0;
  return (base64.length / 4) * 3 - padding === cell.bytes;
}
