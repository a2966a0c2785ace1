import { Button, CloseButton, Menu, NativeSelect, TextInput } from '@mantine/core';
import { IconColumns3, IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { setParameters } from '../../hooks/address.ts';
import { groupsOf, type ListChoice, SHOWN, type Shown, tagsOf } from './list-plans.ts';
import { followSearchField, SEARCH_ID } from './search-field.ts';
import { COLUMN_NAMES, COLUMNS, type Columns } from './use-columns.ts';

/** The search, the filters and the choice of columns of the list of databases. */
export function DatabaseFilters({
  plans,
  listed,
  choice: { search, show, group, tag },
  columns,
}: {
  plans: readonly PlanSummary[];
  /** How many are shown. */
  listed: number;
  choice: ListChoice;
  columns: Columns;
}) {
  const groups = useMemo(() => groupsOf(plans), [plans]);
  const tags = useMemo(() => tagsOf(plans), [plans]);
  return (
    <search className="database-filters">
      <TextInput
        id={SEARCH_ID}
        ref={followSearchField}
        type="search"
        aria-label="Search databases"
        placeholder="Search"
        className="grows"
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          search !== '' && (
            <CloseButton size="sm" aria-label="Clear search" onClick={() => setParameters({ search: '' })} />
          )
        }
        value={search}
        onChange={({ currentTarget }) => setParameters({ search: currentTarget.value })}
        maw={420}
      />
      <NativeSelect
        aria-label="Show"
        value={show}
        onChange={({ currentTarget }) => setParameters({ show: currentTarget.value })}
        data={(Object.keys(SHOWN) as Shown[]).map((value) => ({ value, label: SHOWN[value] }))}
      />
      {groups.length > 0 && (
        <NativeSelect
          aria-label="Group"
          value={groups.find((each) => each.toLowerCase() === group.toLowerCase()) ?? ''}
          onChange={({ currentTarget }) => setParameters({ group: currentTarget.value })}
          data={[{ value: '', label: 'All groups' }, ...groups]}
          maw={220}
        />
      )}
      {tags.length > 0 && (
        <NativeSelect
          aria-label="Tag"
          value={tags.find((each) => each === tag) ?? ''}
          onChange={({ currentTarget }) => setParameters({ tag: currentTarget.value })}
          data={[{ value: '', label: 'All tags' }, ...tags]}
          maw={220}
        />
      )}
      <ColumnMenu {...columns} />
      <span className="listed-count" role="status">
        {listed === plans.length
          ? countInWords(plans.length, 'database')
          : `${listed.toLocaleString('en-US')} of ${countInWords(plans.length, 'database')}`}
      </span>
    </search>
  );
}

function ColumnMenu({ shown, toggle }: Columns) {
  return (
    <Menu position="bottom-end" withinPortal closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" className="columns-button" leftSection={<IconColumns3 size={16} aria-hidden />}>
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {COLUMN_NAMES.map((column) => (
          <Menu.CheckboxItem key={column} checked={shown.has(column)} onChange={() => toggle(column)}>
            {COLUMNS[column]}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
