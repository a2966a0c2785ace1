import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import {
  type ComparedCell,
  RowChange,
  type RowDifference,
  type TableComparison,
} from '../../../src-shared/model/rows/comparison.ts';
import { comparedCellInWords, rowChangesInWords } from '../../../src-shared/words/comparison-words.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { setParameters, useParameter } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';

const PAGE = 100;
const CHANGES = [
  { value: '', label: 'All' },
  { value: 'added', label: 'Added' },
  { value: 'removed', label: 'Removed' },
  { value: 'changed', label: 'Changed' },
];

/** The rows of a table that differ, in pages, with the values that changed. */
export function DifferingRows({ viewId, table }: { viewId: string; table: TableComparison }) {
  const [chosen, setChange] = useParameter('change');
  const [text, setText] = useParameter('text');
  const change = RowChange.safeParse(chosen).data;
  return (
    <div className="differing-rows">
      <Group gap="sm" align="end">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconArrowLeft size={14} aria-hidden />}
          onClick={() => setParameters({ table: '', change: '', text: '' }, { replace: false })}
        >
          All tables
        </Button>
        <SegmentedControl
          size="xs"
          aria-label="Rows"
          data={CHANGES}
          value={change ?? ''}
          onChange={(value) => setChange(value)}
        />
        <TextInput size="xs" label="Contains" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      </Group>
      <Text size="sm">
        <strong>{table.name}</strong>: {rowChangesInWords(table.rows)}.{' '}
        {table.key.length === 0
          ? 'No key: rows are compared by their content.'
          : `Rows are matched by ${table.key.join(', ')}.`}
      </Text>
      <Pages
        key={`${change} ${text}`}
        asked={{ viewId, table: table.name, ...(change && { change }), ...(text !== '' && { text }) }}
      />
    </div>
  );
}

interface PagesProps {
  asked: { viewId: string; table: string; change?: RowChange; text?: string };
}

function Pages({ asked }: PagesProps) {
  const [offsets, setOffsets] = useState([0]);
  const offset = offsets.at(-1) ?? 0;
  const answer = useAnswer('compare.rows', { ...asked, offset, limit: PAGE });
  if (answer.value === null) return <Pending answer={answer} label="Reading rows" />;
  const { rows, columns, key, next } = answer.value;
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No such rows.
      </Text>
    );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="scroll-box compare-rows" tabIndex={0} aria-label="Rows that differ">
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">Change</th>
              {columns.map((name) => (
                <th scope="col" key={name} className={key.includes(name) ? 'key-column' : ''}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row without a key has no other name
              <Row key={offset + n} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </section>
      {(offsets.length > 1 || next !== null) && (
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            disabled={offsets.length === 1}
            onClick={() => setOffsets(offsets.slice(0, -1))}
          >
            Previous
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={next === null}
            onClick={() => next !== null && setOffsets([...offsets, next])}
          >
            Next
          </Button>
          <Text size="sm" c="dimmed">
            Rows {(offset + 1).toLocaleString('en-US')} to {(offset + rows.length).toLocaleString('en-US')}
          </Text>
        </Group>
      )}
    </>
  );
}

const WORDS: Record<RowChange, string> = { added: 'Added', removed: 'Removed', changed: 'Changed' };

function Row({ row, columns }: { row: RowDifference; columns: readonly string[] }) {
  const { change, before, after, changed } = row;
  return (
    <tr>
      <td className={change === 'added' ? 'gain' : change === 'removed' ? 'loss' : ''}>{WORDS[change]}</td>
      {columns.map((name, at) => (
        <td key={name}>
          {changed.includes(at) ? (
            <>
              <del className="removed-value">{words(before?.[at])}</del>{' '}
              <ins className="added-value">{words(after?.[at])}</ins>
            </>
          ) : (
            <span className="compared-value">{words((after ?? before)?.[at])}</span>
          )}
        </td>
      ))}
    </tr>
  );
}

/** More of a value does not fit into a cell. */
const SHOWN = 200;

function words(cell: ComparedCell | undefined): string {
  if (cell === undefined) return '';
  const text = comparedCellInWords(cell);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
