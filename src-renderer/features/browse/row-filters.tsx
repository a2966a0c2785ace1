import { ActionIcon, Button, Group, Select, TextInput } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { BrowsedTable, RowFilter } from '../../../src-shared/model/rows/browse.ts';
import { Form } from '../../components/forms/form.tsx';

const CONDITIONS: Record<RowFilter['is'], string> = {
  contains: 'contains',
  equal: 'equals',
  'not-equal': 'does not equal',
  starts: 'starts with',
  less: 'is less than',
  greater: 'is greater than',
  null: 'is NULL',
  'not-null': 'is not NULL',
};
const CHOICES = Object.entries(CONDITIONS).map(([value, label]) => ({ value, label }));

interface RowFiltersProps {
  table: BrowsedTable;
  filters: readonly RowFilter[];
  onChange(filters: RowFilter[]): void;
}

/** Conditions on columns, and a form to add one. */
export function RowFilters({ table, filters, onChange }: RowFiltersProps) {
  const [column, setColumn] = useState(table.columns[0]?.name ?? '');
  const [is, setIs] = useState<RowFilter['is']>('contains');
  const [text, setText] = useState('');
  const needsText = is !== 'null' && is !== 'not-null';
  const add = (): void => {
    onChange([...filters, is === 'null' || is === 'not-null' ? { column, is } : { column, is, text }]);
    setText('');
  };
  return (
    <Form className="row-filters" onSubmit={add}>
      <Group gap="xs" align="center">
        <IconFilter size={15} aria-hidden />
        <Select
          size="xs"
          aria-label="Column"
          w={150}
          searchable
          allowDeselect={false}
          data={[...new Set(table.columns.map(({ name }) => name))]}
          value={column}
          onChange={(value) => setColumn(value ?? '')}
        />
        <Select
          size="xs"
          aria-label="Condition"
          w={140}
          allowDeselect={false}
          data={CHOICES}
          value={is}
          onChange={(value) => setIs((value ?? 'contains') as RowFilter['is'])}
        />
        {needsText && (
          <TextInput
            size="xs"
            aria-label="Value"
            placeholder="Value"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <Button type="submit" size="xs" variant="default" disabled={column === ''}>
          Add filter
        </Button>
      </Group>
      {filters.length > 0 && (
        <ul className="filter-list" aria-label="Filters">
          {filters.map((filter, index) => {
            const words = `${filter.column} ${CONDITIONS[filter.is]}${'text' in filter ? ` “${filter.text}”` : ''}`;
            return (
              <li key={words}>
                <bdi>{words}</bdi>
                <ActionIcon
                  size="xs"
                  variant="subtle"
                  aria-label={`Remove filter: ${words}`}
                  onClick={() => onChange(filters.filter((_, at) => at !== index))}
                >
                  <IconX size={12} />
                </ActionIcon>
              </li>
            );
          })}
        </ul>
      )}
    </Form>
  );
}
