import type { ReactNode } from 'react';

/** A table in a labelled box that scrolls and can be reached by keyboard. */
export function ScrollTable({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll-box" tabIndex={0} aria-label={label}>
      <table className="data-table">{children}</table>
    </section>
  );
}
