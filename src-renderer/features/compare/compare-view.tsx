import { Text } from '@mantine/core';
import type { Params, Result } from '../../../src-shared/contract/methods.ts';
import type { SchemaDifference, TableComparison } from '../../../src-shared/model/rows/comparison.ts';
import {
  differingInWords,
  schemaChangeInWords,
  tableChangeInWords,
} from '../../../src-shared/words/comparison-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { setParameters, useParameter } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { Opening } from '../browse/opening.tsx';
import { useView } from '../browse/use-view.ts';
import { COMPARED } from './compared.ts';
import { ComparisonSql } from './comparison-sql.tsx';
import { DifferingRows } from './differing-rows.tsx';

type Summary = Result<'compare.summary'>;

/** Compares two databases and shows what differs. */
export function CompareView({ before, after }: Pick<Params<'compare.open'>, 'before' | 'after'>) {
  const view = useView('compare.open', { before, after });
  if (view.viewId === null) return <Opening view={view} label="Comparing…" />;
  return <Content viewId={view.viewId} key={view.viewId} />;
}

function Content({ viewId }: { viewId: string }) {
  const answer = useAnswer('compare.summary', { viewId });
  const [named] = useParameter(COMPARED.table);
  if (answer.value === null) return <Pending answer={answer} label="Reading the comparison" />;
  const { comparison, before: source } = answer.value;
  const table = comparison.tables.find(({ name }) => name === named);
  if (table !== undefined) return <DifferingRows key={table.name} {...{ viewId, table, source }} />;
  const isSame = comparison.tables.every((each) => !differs(each)) && comparison.schema.length === 0;
  return (
    <>
      <Tables comparison={comparison} />
      <SchemaDifferences schema={comparison.schema} />
      {comparison.settings.map(({ name, before, after }) => (
        <Text size="sm" key={name}>
          {name}: {before} → {after}
        </Text>
      ))}
      {!isSame && <ComparisonSql viewId={viewId} />}
    </>
  );
}

const differs = ({ state, uncompared }: TableComparison): boolean => state !== 'same' || uncompared !== null;

/** The tables that differ, with their numbers of rows. */
function Tables({ comparison: { tables } }: Pick<Summary, 'comparison'>) {
  const differing = tables.filter(differs);
  const same = tables.length - differing.length;
  const hasNotes = differing.some((table) => noteOf(table) !== '');
  return (
    <>
      <Text size="sm" role="status">
        {differingInWords(differing.length)}
        {same > 0 && differing.length > 0 ? `, ${countInWords(same, 'table')} without differences.` : '.'}
      </Text>
      {differing.length > 0 && (
        <ScrollTable
          label="Tables that differ"
          columns={['Table', { number: 'Added' }, { number: 'Removed' }, { number: 'Changed' }, hasNotes && 'Note']}
        >
          {differing.map((table) => (
            <TableRow key={table.name} table={table} hasNotes={hasNotes} />
          ))}
        </ScrollTable>
      )}
    </>
  );
}

/** What the numbers of rows do not say. */
function noteOf(table: TableComparison): string {
  const { rows, state, uncompared } = table;
  const isPlain = state === 'changed' && uncompared === null && rows.added + rows.removed + rows.changed > 0;
  return isPlain ? '' : tableChangeInWords({ ...table, rows: { added: 0, removed: 0, changed: 0 } });
}

function TableRow({ table, hasNotes }: { table: TableComparison; hasNotes: boolean }) {
  const { name, rows, state, kind } = table;
  // Rows of a virtual table stand in its shadow tables, in a form of its module.
  const hasRows = state === 'changed' && kind === 'table';
  return (
    <tr>
      <td>
        {hasRows ? (
          <button
            type="button"
            className="link-button"
            onClick={() => setParameters({ [COMPARED.table]: name }, { replace: false })}
          >
            {name}
          </button>
        ) : (
          name
        )}
      </td>
      <Count count={rows.added} className="gain" sign="+" />
      <Count count={rows.removed} className="loss" sign="−" />
      <Count count={rows.changed} className="" sign="" />
      {hasNotes && <td>{noteOf(table)}</td>}
    </tr>
  );
}

function Count({ count, className, sign }: { count: number; className: string; sign: string }) {
  return (
    <td className={`number ${count > 0 ? className : ''}`}>
      {count > 0 ? `${sign}${count.toLocaleString('en-US')}` : '–'}
    </td>
  );
}

/** What differs in the schema, each entry with its SQL before and after. */
function SchemaDifferences({ schema }: { schema: readonly SchemaDifference[] }) {
  if (schema.length === 0) return null;
  return (
    <section aria-label="Schema" className="compare-schema">
      {schema.map((entry) => (
        <Disclosure key={`${entry.type} ${entry.name}`} title={schemaChangeInWords(entry)}>
          {entry.before !== null && <pre className="removed-value">{entry.before}</pre>}
          {entry.after !== null && <pre className="added-value">{entry.after}</pre>}
        </Disclosure>
      ))}
    </section>
  );
}
