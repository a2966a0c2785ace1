import type { ReactNode } from 'react';

interface ScrollTableProps {
  label: string;
  /** The headings; `false`: that column is not shown. */
  columns: ReadonlyArray<string | { number: string } | false>;
  /** The rows. */
  children: ReactNode;
}

/** A table in a labelled box that scrolls and can be reached by keyboard. */
export function ScrollTable({ label, columns, children }: ScrollTableProps) {
  const shown = columns.filter((column) => column !== false);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll-box" tabIndex={0} aria-label={label}>
      <table className="data-table">
        <thead>
          <tr>
            {shown.map((column) =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.number} scope="col" className="number">
                  {column.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
