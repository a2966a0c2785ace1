import { Checkbox, Stack, Text, Title } from '@mantine/core';
import type { PutBackChoices, PutBackPreview, PutBackRow } from '../../../src-shared/model/rows/put-back.ts';
import { effectInWords, lossInWords, putBackTableInWords } from '../../../src-shared/words/put-back-words.ts';
import { countInWords, listInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Note } from '../../components/messages/note.tsx';
import { useAnswer } from '../../stores/core.ts';
import { drawnCell } from '../browse/cell-words.ts';
import { SqlScript } from '../browse/sql-script.tsx';

interface ReviewProps {
  preview: PutBackPreview;
  choices: PutBackChoices;
  onChoose(choices: PutBackChoices): void;
}

/** What putting rows back would do, and what is to be decided. */
export function PutBackReview({ checkRunId, preview, choices, onChoose }: ReviewProps & { checkRunId: string }) {
  const { source, target, tables, triggers, effects, problems } = preview;
  const notes = tables.flatMap((table) => table.notes);
  const differing = preview.rows.filter(
    ({ action, live }) => (action === 'keep' || action === 'update') && live !== null,
  );
  return (
    <Stack gap="md">
      <Text size="sm" className="wraps">
        From <b>{source.name}</b> into <b className="wraps">{target.path}</b>. Other programs may use the database
        meanwhile.
      </Text>
      {problems.map((problem) => (
        <Note key={problem} tone="bad">
          {problem}
        </Note>
      ))}
      <ul className="put-back-tables">
        {tables.map((table) => (
          <li key={table.name}>
            <b>{table.name}</b>: {putBackTableInWords(table)}
            {table.because === 'parents' && ' (other rows refer to them)'}
          </li>
        ))}
      </ul>
      <RelatedChoice preview={preview} choices={choices} onChoose={onChoose} />
      {differing.length > 0 && <Differences rows={differing} preview={preview} choices={choices} onChoose={onChoose} />}
      <Blocked rows={preview.rows} />
      {triggers.length > 0 && (
        <Note tone="info">
          {triggers.length === 1 ? 'This trigger fires' : 'These triggers fire'}:{' '}
          {listInWords(triggers.map(({ name, table }) => `${name} on ${table}`))}.
        </Note>
      )}
      {effects.length > 0 && (
        <Note tone="warn">Triggers and foreign keys also change {listInWords(effects.map(effectInWords))}.</Note>
      )}
      {notes.length > 0 && (
        <Note tone="info">
          {notes.map((note) => (
            <div key={note}>{note}</div>
          ))}
        </Note>
      )}
      {preview.changes === 0 && problems.length === 0 && <Note tone="info">{whyNothing(preview)}</Note>}
      <Inserted preview={preview} />
      {preview.changes > 0 && (
        <Disclosure title="SQL">
          <Statements checkRunId={checkRunId} />
        </Disclosure>
      )}
    </Stack>
  );
}

/** Why there is nothing to put back as things are chosen. */
function whyNothing({ tables, related }: PutBackPreview): string {
  if (tables.some(({ keep }) => keep > 0))
    return 'Nothing to put back: these rows have changed since, and none is selected to be overwritten.';
  if (tables.some(({ blocked }) => blocked > 0)) return 'Nothing to put back: other rows have their unique values now.';
  return related.length > 0
    ? 'Nothing to put back: the database has these rows already. Include related rows to put those back.'
    : 'Nothing to put back: the database has these rows already.';
}

function RelatedChoice({ preview: { related, tables }, choices, onChoose }: ReviewProps) {
  const included = choices.include === 'all' ? [] : choices.include;
  const set = (id: string, isIncluded: boolean): void =>
    onChoose({ ...choices, include: isIncluded ? [...included, id] : included.filter((each) => each !== id) });
  const done = included.filter((id) => !related.some((each) => each.id === id));
  if (related.length === 0 && done.length === 0) return null;
  return (
    <Stack gap={6}>
      {done.map((id) => {
        const name = id.slice(0, id.lastIndexOf('('));
        const table = tables.find((each) => each.name === name);
        const rows = table === undefined ? 0 : table.insert + table.update + table.keep;
        return (
          <Checkbox
            key={id}
            checked
            onChange={() => set(id, false)}
            label={`Include ${countInWords(rows, 'related row')} in ${name}`}
          />
        );
      })}
      {related.map((each) => (
        <Checkbox
          key={each.id}
          checked={included.includes(each.id)}
          onChange={(event) => set(each.id, event.currentTarget.checked)}
          label={`Include ${countInWords(each.rows, 'related row')} in ${each.table}`}
          description={`${each.rows === 1 ? 'It refers' : 'They refer'} to ${each.to} in the snapshot and ${lossInWords(each)} in the database.`}
        />
      ))}
    </Stack>
  );
}

const sameKey = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function Differences({ rows, preview, choices, onChoose }: ReviewProps & { rows: PutBackRow[] }) {
  const isAll = choices.overwrite === 'all';
  const overwritten = choices.overwrite === 'all' ? rows.filter(({ key }) => key !== null) : choices.overwrite;
  const total = preview.tables.reduce((sum, { keep, update }) => sum + keep + update, 0);
  /** The rest cannot be decided one by one. */
  const isPart = rows.length < total;
  const set = ({ table, key }: PutBackRow, isOverwritten: boolean): void => {
    const others = overwritten.filter((each) => each.table !== table || !sameKey(each.key, key));
    const chosen = isOverwritten ? [...others, { table, key }] : others;
    const overwrite = chosen.flatMap((each) => (each.key === null ? [] : [{ table: each.table, key: each.key }]));
    onChoose({ ...choices, overwrite });
  };
  return (
    <Stack gap="xs">
      <Title order={3}>Changed since the snapshot</Title>
      {total > 1 && (
        <Checkbox
          label={`Overwrite all ${countInWords(total, 'row')}`}
          description={isPart ? `The first ${countInWords(rows.length, 'row')} are shown.` : undefined}
          checked={isAll || overwritten.length === total}
          indeterminate={!isAll && overwritten.length > 0 && overwritten.length < total}
          onChange={(event) => onChoose({ ...choices, overwrite: event.currentTarget.checked ? 'all' : [] })}
        />
      )}
      <ScrollTable
        label="Rows that have changed since"
        columns={['Overwrite', 'Row', 'Column', 'Database now', 'Snapshot']}
      >
        {rows.map((row) => {
          const columns = preview.tables.find(({ name }) => name === row.table)?.columns ?? [];
          const label = `${row.table} ${keyInWords(row)}`;
          const checked = isAll || overwritten.some(({ table, key }) => table === row.table && sameKey(key, row.key));
          return row.changed.map((at, line) => (
            <tr key={`${label} ${at}`}>
              <td>
                {line === 0 && (
                  <Checkbox
                    aria-label={`Overwrite ${label}`}
                    checked={checked}
                    disabled={isAll && isPart}
                    onChange={(event) => set(row, event.currentTarget.checked)}
                  />
                )}
              </td>
              <td>{line === 0 && label}</td>
              <td>{columns[at]}</td>
              <td className="wraps">{drawnCell(row.live?.[at] ?? null).text}</td>
              <td className="wraps">{drawnCell(row.stored[at] ?? null).text}</td>
            </tr>
          ));
        })}
      </ScrollTable>
    </Stack>
  );
}

const keyInWords = ({ key }: PutBackRow): string => (key ?? []).map((cell) => drawnCell(cell).text).join(', ');

function Blocked({ rows }: { rows: PutBackRow[] }) {
  const blocked = rows.filter(({ action }) => action === 'blocked');
  if (blocked.length === 0) return null;
  return (
    <Note tone="warn">
      {blocked.slice(0, 5).map((row) => (
        <div key={`${row.table} ${keyInWords(row)}`}>
          {row.table} {keyInWords(row)} is left out. {row.reason}
        </div>
      ))}
    </Note>
  );
}

/** The rows that are inserted, by table. */
function Inserted({ preview: { rows, tables } }: { preview: PutBackPreview }) {
  return tables.map(({ name, columns, insert }) => {
    const its = rows.filter(({ table, action }) => table === name && action === 'insert');
    if (its.length === 0) return null;
    const shown = its.length < insert ? `, the first ${its.length.toLocaleString('en-US')}` : '';
    return (
      <Disclosure
        key={name}
        title={`Rows inserted into ${name}${shown}`}
        opened={tables.length === 1 || its.length === 1}
      >
        <ScrollTable label={`Rows inserted into ${name}`} columns={columns}>
          {its.map((row) => (
            <tr key={JSON.stringify(row.key ?? row.stored)}>
              {row.stored.map((cell, at) => (
                <td key={columns[at]} className="put-back-cell">
                  {drawnCell(cell).text}
                </td>
              ))}
            </tr>
          ))}
        </ScrollTable>
      </Disclosure>
    );
  });
}

function Statements({ checkRunId }: { checkRunId: string }) {
  return (
    <SqlScript
      answer={useAnswer('rows.putBackSql', { checkRunId, offset: 0 })}
      read={(offset) => client.call('rows.putBackSql', { checkRunId, offset })}
      label="SQL"
      about="Puts the rows back in one transaction."
      fileName="put-back.sql"
      command="snapkeep restore SNAPSHOT --table T --to DATABASE --dry-run > put-back.sql"
    />
  );
}
