import { Button, Checkbox, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { RowKey } from '../../../src-shared/model/rows/cell.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';

/** The most rows that can be named by their keys. */
const MOST_SELECTED = 1000;

/** The rows of a table that are selected, on whatever page they are. */
export interface SelectedRows {
  readonly keys: readonly RowKey[];
  has(key: RowKey): boolean;
  /** Selects or deselects rows. Those beyond the most that can be selected are left out. */
  select(keys: readonly RowKey[], isSelected: boolean): void;
  clear(): void;
}

/** Returns the selection of rows of a table, which begins empty. */
export function useSelectedRows(): SelectedRows {
  const [selected, setSelected] = useState<ReadonlyMap<string, RowKey>>(new Map());
  return {
    keys: [...selected.values()],
    has: (key) => selected.has(JSON.stringify(key)),
    select: (keys, isSelected) => {
      const changed = new Map(selected);
      for (const key of keys) {
        if (!isSelected) changed.delete(JSON.stringify(key));
        else if (changed.size < MOST_SELECTED) changed.set(JSON.stringify(key), key);
      }
      setSelected(changed);
    },
    clear: () => setSelected(new Map()),
  };
}

/** Selects one row. @param label names it for screen readers */
export function SelectRow({ of, label, selection }: { of: RowKey; label: string; selection: SelectedRows }) {
  return (
    <Checkbox
      size="xs"
      aria-label={`Select row ${label}`}
      checked={selection.has(of)}
      onChange={(event) => selection.select([of], event.currentTarget.checked)}
    />
  );
}

/** Selects all rows of a page. */
export function SelectPage({ of, selection }: { of: readonly RowKey[]; selection: SelectedRows }) {
  if (of.length === 0) return <span className="visually-hidden">Selection</span>;
  const isWhole = of.every(selection.has);
  return (
    <Checkbox
      size="xs"
      aria-label="Select all rows of this page"
      checked={isWhole}
      indeterminate={!isWhole && of.some(selection.has)}
      onChange={(event) => selection.select(of, event.currentTarget.checked)}
    />
  );
}

/** What can be done with the selected rows; nothing while there are none. */
export function SelectedRowsBar({ selection, children }: { selection: SelectedRows; children: ReactNode }) {
  const { length } = selection.keys;
  if (length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {countInWords(length, 'row')} selected
      </Text>
      {children}
      <Button size="xs" variant="subtle" onClick={selection.clear}>
        Clear selection
      </Button>
    </Group>
  );
}
