import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type {
  BrowsedTable,
  RowCursor,
  RowFilter,
  RowSelection,
  RowSort,
} from '../../../src-shared/model/rows/browse.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { setParameters, useDialogAbout } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { PutBackButton } from '../put-back/put-back-button.tsx';
import { ExportButton } from './export-dialog.tsx';
import { RowFilters } from './row-filters.tsx';
import { RowGrid } from './row-grid.tsx';
import { SelectedRowsBar, SelectPage, SelectRow, useSelectedRows } from './selected-rows.tsx';
import { ValueDialog } from './value-dialog.tsx';

/** More columns are shown in turn: a window draws no two thousand of them. */
const COLUMNS = 60;
const PAGE = 100;

interface TableRowsProps {
  viewId: string;
  table: BrowsedTable;
  filters: RowFilter[];
  sort: RowSort | undefined;
}

/** The rows of a table or view, filtered, sorted, page by page. */
export function TableRows({ viewId, table, filters, sort }: TableRowsProps) {
  const selection = { table: table.name, filters, ...(sort && { sort }) };
  return (
    <div className="table-rows">
      <Group justify="space-between" align="start" gap="xs">
        <RowFilters
          table={table}
          filters={filters}
          onChange={(next) => setParameters({ filter: next.length === 0 ? '' : JSON.stringify(next) })}
        />
        <Group gap="xs">
          {table.kind === 'table' && (
            <PutBackButton
              viewId={viewId}
              rows={{ table: table.name, ...(filters.length > 0 && { filters }) }}
              label={filters.length > 0 ? 'Put matching rows back…' : 'Put all rows back…'}
              minor
            />
          )}
          <ExportButton viewId={viewId} what={selection} name={table.name} />
        </Group>
      </Group>
      <RowPages key={JSON.stringify(selection)} {...{ viewId, table, selection, sort }} />
    </div>
  );
}

interface RowPagesProps {
  viewId: string;
  table: BrowsedTable;
  selection: Omit<RowSelection, 'sort'> & { sort?: RowSort };
  sort: RowSort | undefined;
}

function RowPages({ viewId, table, selection, sort }: RowPagesProps) {
  /** Where each page before this one ended. */
  const [pages, setPages] = useState<RowCursor[]>([]);
  const [firstColumn, setFirstColumn] = useState(0);
  const value = useDialogAbout<Params<'browse.value'>>('value');
  const selected = useSelectedRows();
  const names = table.columns.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const columns = names.slice(firstColumn, firstColumn + COLUMNS);
  const after = pages.at(-1);
  const answer = useAnswer('browse.rows', {
    viewId,
    ...selection,
    ...(names.length > COLUMNS && { columns }),
    ...(after && { after }),
    limit: PAGE,
  });
  const page = answer.value;
  const open = (row: number, column: number): void => {
    const name = page?.columns[column] ?? '';
    const key = page?.rows[row]?.key ?? null;
    const skipped = after !== undefined && 'offset' in after ? after.offset : 0;
    value.open({ ...selection, viewId, column: name, row: key === null ? { offset: skipped + row } : { key } });
  };
  const keys = page?.rows.flatMap(({ key }) => (key === null ? [] : [key])) ?? [];
  const selectionOf = (row: number) => {
    const key = page?.rows[row]?.key ?? null;
    return key !== null && <SelectRow of={key} label={String(row + 1)} selection={selected} />;
  };
  const onSort = (column: string): void => {
    const descending = sort?.column === column && !sort.descending;
    const ends = sort?.column === column && sort.descending;
    setParameters({ sort: ends ? '' : column, order: descending ? 'descending' : '' });
  };
  return (
    <>
      <Pending answer={answer} label={`Loading rows of ${table.name}`} />
      {page !== null && page.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {selection.filters.length > 0 ? 'No rows match the filters.' : 'No rows.'}
        </Text>
      )}
      {page !== null && page.unread.length > 0 && (
        <Text size="sm" c="dimmed">
          Not shown: {page.unread.join(', ')}. SQLite needs a function or module of the program that uses the database.
        </Text>
      )}
      {page !== null && page.rows.length > 0 && (
        <RowGrid
          label={`Rows of ${table.name}`}
          columns={page.columns}
          rows={page.rows.map(({ cells }) => cells)}
          sort={sort}
          onSort={onSort}
          onOpen={open}
          {...(keys.length > 0 && {
            before: { heading: <SelectPage of={keys} selection={selected} />, cell: selectionOf },
          })}
        />
      )}
      <SelectedRowsBar selection={selected}>
        <ExportButton
          viewId={viewId}
          what={{ ...selection, keys: [...selected.keys] }}
          name={table.name}
          label={`Export ${countInWords(selected.keys.length, 'row')}…`}
        />
        {table.kind === 'table' && (
          <PutBackButton viewId={viewId} rows={{ table: table.name, keys: [...selected.keys] }} />
        )}
      </SelectedRowsBar>
      <Group gap="xs" className="pager">
        <Button size="xs" variant="default" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
          Previous
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={page?.next == null}
          onClick={() => page?.next != null && setPages([...pages, page.next])}
        >
          Next
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {page !== null &&
            page.rows.length > 0 &&
            `Page ${(pages.length + 1).toLocaleString('en-US')}, ${countInWords(page.rows.length, 'row')}`}
        </Text>
        {names.length > COLUMNS && (
          <Group gap="xs" ml="auto">
            <Text size="sm" c="dimmed">
              Columns {firstColumn + 1}–{firstColumn + columns.length} of {names.length.toLocaleString('en-US')}
            </Text>
            <Button
              size="xs"
              variant="default"
              disabled={firstColumn === 0}
              onClick={() => setFirstColumn(firstColumn - COLUMNS)}
            >
              Previous columns
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={firstColumn + COLUMNS >= names.length}
              onClick={() => setFirstColumn(firstColumn + COLUMNS)}
            >
              Next columns
            </Button>
          </Group>
        )}
      </Group>
      {value.about !== null && (
        <ValueDialog
          place={{ method: 'browse.value', params: value.about }}
          name={value.about.column}
          onClose={value.close}
        />
      )}
    </>
  );
}
