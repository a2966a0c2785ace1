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
            {shown.map((column, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: a column of a database may be named like a heading
                key={index}
                scope="col"
                className={typeof column === 'string' ? '' : 'number'}
              >
                {typeof column === 'string' ? column : column.number}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
