import { Tabs, Text } from '@mantine/core';
import type { Params } from '../../../src-shared/contract/methods.ts';
import { type BrowsedTable, RowFilter, type RowSort } from '../../../src-shared/model/rows/browse.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { setParameters, useParameters } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { Opening } from './opening.tsx';
import { SchemaTree } from './schema-tree.tsx';
import { SqlPanel } from './sql-panel.tsx';
import { TableRows } from './table-rows.tsx';
import { TableSchema } from './table-schema.tsx';
import { useView } from './use-view.ts';
import './browse.css';

/** Opens a database and shows what it contains. */
export function BrowseView({ source }: { source: Params<'browse.open'>['source'] }) {
  const view = useView('browse.open', { source });
  if (view.viewId === null) return <Opening view={view} />;
  return <Content viewId={view.viewId} key={view.viewId} />;
}

const PANELS = ['rows', 'schema', 'sql'] as const;

function Content({ viewId }: { viewId: string }) {
  const answer = useAnswer('browse.describe', { viewId });
  const parameters = useParameters();
  if (answer.value === null) return <Pending answer={answer} label="Reading the schema" />;
  const { tables } = answer.value.schema;
  const named = parameters.get('table');
  const table = tables.find(({ name }) => name === named) ?? tables.find(({ kind }) => kind === 'table') ?? tables[0];
  const panel = PANELS.find((name) => name === parameters.get('show')) ?? 'rows';
  return (
    <div className="browse">
      <SchemaTree
        tables={tables}
        chosen={table?.name}
        onChoose={(name) =>
          setParameters(
            { table: name, filter: '', sort: '', order: '', ...(panel === 'sql' && { show: '' }) },
            { replace: false },
          )
        }
      />
      <Tabs
        value={panel}
        onChange={(next) => setParameters({ show: next === 'rows' ? '' : (next ?? '') })}
        keepMounted={false}
        className="browse-panels"
      >
        <Tabs.List aria-label="What is shown of the table">
          <Tabs.Tab value="rows">Rows</Tabs.Tab>
          <Tabs.Tab value="schema">Schema</Tabs.Tab>
          <Tabs.Tab value="sql">SQL</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rows">
          {table === undefined ? <NoTables /> : <Rows viewId={viewId} table={table} parameters={parameters} />}
        </Tabs.Panel>
        <Tabs.Panel value="schema">{table === undefined ? <NoTables /> : <TableSchema table={table} />}</Tabs.Panel>
        <Tabs.Panel value="sql">
          <SqlPanel viewId={viewId} tables={tables} table={table?.name} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function NoTables() {
  return (
    <Text size="sm" c="dimmed">
      The database has no tables.
    </Text>
  );
}

interface RowsProps {
  viewId: string;
  table: BrowsedTable;
  parameters: URLSearchParams;
}

function Rows({ viewId, table, parameters }: RowsProps) {
  const has = (column: string): boolean => table.columns.some(({ name }) => name === column);
  const filters = filtersOf(parameters.get('filter')).filter(({ column }) => has(column));
  const column = parameters.get('sort') ?? '';
  const sort: RowSort | undefined = has(column)
    ? { column, descending: parameters.get('order') === 'descending' }
    : undefined;
  return <TableRows key={table.name} {...{ viewId, table, filters, sort }} />;
}

/** The filters in the address, which may have been typed. */
function filtersOf(text: string | null): RowFilter[] {
  try {
    return RowFilter.array().parse(JSON.parse(text ?? '[]'));
  } catch {
    return [];
  }
}
