import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { type KeyboardEvent, memo, type ReactNode } from 'react';
import type { RowSort } from '../../../src-shared/model/rows/browse.ts';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import { drawnCell } from './cell-words.ts';

interface RowGridProps {
  label: string;
  columns: readonly string[];
  rows: ReadonlyArray<readonly Cell[]>;
  sort?: RowSort | undefined;
  /** Sorts by a column; without it, rows have one order. */
  onSort?(column: string): void;
  /** Opens a value. */
  onOpen(row: number, column: number): void;
  /** Shown before the cells of each row. */
  before?: { heading: ReactNode; cell(row: number): ReactNode };
}

const MOVES: Record<string, readonly [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Moves the focus from cell to cell; the others cannot be reached with Tab. */
function moveFocus(event: KeyboardEvent<HTMLTableElement>): void {
  const move = MOVES[event.key];
  const from = event.target;
  if (move === undefined || !(from instanceof HTMLElement) || from.dataset.cell === undefined) return;
  const [row = 0, column = 0] = from.dataset.cell.split(':').map(Number);
  const to = event.currentTarget.querySelector<HTMLElement>(`[data-cell="${row + move[0]}:${column + move[1]}"]`);
  event.preventDefault();
  if (to === null) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

/** Rows with their cells, which open with a click or Enter. The arrow keys move from cell to cell. */
export function RowGrid({ label, columns, rows, sort, onSort, onOpen, before }: RowGridProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="row-grid" tabIndex={0} aria-label={label}>
      <table className="data-table" onKeyDown={moveFocus}>
        <thead>
          <tr>
            {before !== undefined && <th scope="col">{before.heading}</th>}
            {columns.map((column, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: a query may name two columns alike
                key={index}
                scope="col"
                className={isNumber(rows[0]?.[index]) ? 'number' : ''}
                aria-sort={sort?.column !== column ? undefined : sort.descending ? 'descending' : 'ascending'}
              >
                {onSort === undefined ? (
                  <bdi>{column}</bdi>
                ) : (
                  <button type="button" className="sort-button" onClick={() => onSort(column)}>
                    <bdi>{column}</bdi>
                    {sort?.column === column &&
                      (sort.descending ? (
                        <IconArrowDown size={13} aria-hidden />
                      ) : (
                        <IconArrowUp size={13} aria-hidden />
                      ))}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are replaced as a whole
            <tr key={row}>
              {before !== undefined && <td>{before.cell(row)}</td>}
              {cells.map((cell, column) => (
                <CellView
                  // biome-ignore lint/suspicious/noArrayIndexKey: rows are replaced as a whole
                  key={column}
                  cell={cell}
                  row={row}
                  column={column}
                  name={columns[column] ?? ''}
                  onOpen={onOpen}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A heading stands over what is in the first row. */
const isNumber = (cell: Cell | undefined): boolean => cell !== undefined && drawnCell(cell).kind === 'number';

interface CellViewProps {
  cell: Cell;
  row: number;
  column: number;
  name: string;
  onOpen: RowGridProps['onOpen'];
}

const CellView = memo(function CellView({ cell, row, column, name, onOpen }: CellViewProps) {
  const { text, kind } = drawnCell(cell);
  return (
    <td className={kind === 'number' ? 'number' : ''}>
      <button
        type="button"
        className={`cell cell-${kind}`}
        data-cell={`${row}:${column}`}
        tabIndex={row === 0 && column === 0 ? 0 : -1}
        aria-label={`${name}: ${text === '' ? 'empty text' : text}`}
        onClick={() => onOpen(row, column)}
      >
        {text === '' ? '\u{a0}' : text}
      </button>
    </td>
  );
});
