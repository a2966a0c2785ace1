import { Text } from '@mantine/core';
import { Link } from 'wouter';
import type { FoundDatabase, FoundState } from '../../../src-shared/model/found-database.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { foundStateInWords } from '../../../src-shared/words/found-database-words.ts';
import { agoInWords } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useNow } from '../../hooks/use-now.ts';

interface FoundTableProps {
  databases: readonly FoundDatabase[];
  chosen: ReadonlySet<string>;
  onChoose(paths: ReadonlySet<string>): void;
  state: FoundState;
}

/** Found databases of one state. Those without a plan can be selected. */
export function FoundTable({ databases, chosen, onChoose, state }: FoundTableProps) {
  const now = useNow();
  if (databases.length === 0) return <Text>No databases.</Text>;
  const all = databases.every(({ path }) => chosen.has(path));
  const choose = (path: string, on: boolean): void => {
    const next = new Set(chosen);
    if (on) next.add(path);
    else next.delete(path);
    onChoose(next);
  };
  return (
    <section className="card found-table" aria-label="Found databases">
      <table className="data-table">
        <thead>
          <tr>
            {state === 'no-plan' && (
              <th scope="col" className="found-choice">
                <input
                  type="checkbox"
                  aria-label="Select all"
                  checked={all}
                  onChange={() => onChoose(new Set(all ? [] : databases.map(({ path }) => path)))}
                />
              </th>
            )}
            <th scope="col">Database</th>
            <th scope="col" className="number found-size">
              Size
            </th>
            <th scope="col" className="found-fact">
              In use by
            </th>
            <th scope="col" className="found-fact">
              Last change
            </th>
            <th scope="col" className="found-action">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {databases.map((found) => (
            <FoundRow
              key={found.path}
              found={found}
              chosen={state === 'no-plan' ? chosen.has(found.path) : null}
              onChoose={(on) => choose(found.path, on)}
              now={now}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface FoundRowProps {
  found: FoundDatabase;
  /** `null`: it cannot be selected. */
  chosen: boolean | null;
  onChoose(on: boolean): void;
  now: number;
}

function FoundRow({ found, chosen, onChoose, now }: FoundRowProps) {
  const { path, program, suggestedPlanName, sizeBytes, walBytes, openBy, modifiedAt, encryption, state, plan } = found;
  const name = program ?? suggestedPlanName;
  const ignored = state === 'ignored';
  return (
    <tr>
      {chosen !== null && (
        <td>
          <input
            type="checkbox"
            aria-label={`Select ${suggestedPlanName}`}
            checked={chosen}
            onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
          />
        </td>
      )}
      <td>
        <bdi className="found-name">{name}</bdi>
        {encryption === 'possible' && <span className="found-note"> · may be encrypted</span>}
        {state === 'folded' && <span className="found-note"> · {foundStateInWords(found)}</span>}
        <PathText path={nameInWords(path)} size="xs" c="dimmed" />
      </td>
      <td className="number found-size">{bytesInWords(sizeBytes + walBytes)}</td>
      <td className="found-fact">{[...new Set(openBy.map((holder) => holder.name))].join(', ')}</td>
      <td className="found-fact">{modifiedAt === null ? 'Unknown' : agoInWords(modifiedAt, now)}</td>
      <td className="found-action">
        {plan !== null && (
          <Link to={`/databases/${plan.id}`} className="text-link">
            {plan.name}
          </Link>
        )}
        {(state === 'no-plan' || ignored) && (
          <ActionButton
            variant="subtle"
            size="xs"
            aria-label={`${ignored ? 'Stop ignoring' : 'Ignore'} ${suggestedPlanName}`}
            act={() => client.call('databases.ignore', { paths: [path], ignored: !ignored })}
          >
            {ignored ? 'Stop ignoring' : 'Ignore'}
          </ActionButton>
        )}
      </td>
    </tr>
  );
}
