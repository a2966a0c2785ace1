import { useLocalStorage } from '@mantine/hooks';
import { useMemo } from 'react';

/** The columns that can be hidden, with their headings. A window too narrow for one hides it automatically. */
export const COLUMNS = {
  days: '30 days',
  size: 'Size',
  last: 'Last',
  next: 'Next',
  copies: 'Copies',
  group: 'Group',
  tags: 'Tags',
} as const;
export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as Column[];

/** The columns that a person wants to see. */
export interface Columns {
  shown: ReadonlySet<Column>;
  toggle(column: Column): void;
}

/** Returns the shown columns; this browser remembers them. */
export function useColumns(): Columns {
  const [hidden, setHidden] = useLocalStorage<readonly string[]>({
    key: 'snapkeep.hidden-columns',
    defaultValue: NONE,
    getInitialValueInEffect: false,
  });
  const shown = useMemo(() => new Set(COLUMN_NAMES.filter((column) => !hidden.includes(column))), [hidden]);
  return {
    shown,
    toggle: (column) =>
      setHidden(hidden.includes(column) ? hidden.filter((each) => each !== column) : [...hidden, column]),
  };
}

const NONE: readonly string[] = [];
