import { Button, Group, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { FoundRows as Found, FoundRow, SearchedSnapshot } from '../../../src-shared/model/rows/found-rows.ts';
import { foundRowsInWords } from '../../../src-shared/words/row-history-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { setParameters } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { isActive } from '../../stores/run-list.ts';
import { useRun } from '../../stores/runs.ts';
import { FoundRowCard } from './found-row-card.tsx';
import './find-rows.css';

/** What a search for rows has found so far. */
export function FoundRows({ runId, now }: { runId: string; now: number }) {
  const answer = useAnswer('rows.listFound', { runId });
  const run = useRun(runId);
  const active = run !== undefined && isActive(run);
  const found = answer.value;
  return (
    <section className="found-rows" aria-label="Found rows">
      <Group justify="space-between" gap="xs">
        <Text fw={600} className="wraps">
          {found === null ? 'Find in all snapshots' : <bdi>{titleOf(found)}</bdi>}
        </Text>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconX size={14} aria-hidden />}
          onClick={() => setParameters({ search: '' }, { replace: false })}
        >
          Close results
        </Button>
      </Group>
      {active && <RunProgress run={run} />}
      {found === null && <Pending answer={answer} label="Loading what was found" />}
      {run?.error != null && run.state === 'failed' && <ErrorNotice error={run.error} />}
      {found !== null && run?.state !== 'failed' && (
        <>
          <Text size="sm" role="status">
            {run?.state === 'cancelled' ? 'The search was cancelled. ' : ''}
            {active && found.rows.length === 0 ? progressOf(found) : foundRowsInWords(found)}
          </Text>
          {found.notes.length > 0 && <Note tone="warn">{found.notes.join(' ')}</Note>}
          <NotSearched snapshots={found.snapshots.filter(({ state }) => state === 'failed')} />
          <Stack gap="sm">
            {found.rows.map((row) => (
              <FoundRowCard
                key={identityOf(row)}
                planId={found.planId}
                row={row}
                snapshots={found.snapshots}
                now={now}
              />
            ))}
          </Stack>
        </>
      )}
    </section>
  );
}

const identityOf = ({ table, key, versions }: FoundRow): string =>
  JSON.stringify([table, key?.cells ?? versions[0]?.cells]);

function titleOf({ search: { text, table, column, exact } }: Found): string {
  const where = [column, table].filter((part) => part !== undefined);
  return `${exact ? 'Equals' : 'Contains'} “${text}”${where.length === 0 ? '' : ` in ${where.join(' of ')}`}`;
}

const progressOf = ({ snapshots }: Found): string =>
  `Nothing found yet in ${countInWords(snapshots.filter(({ state }) => state === 'searched').length, 'snapshot')} of ${snapshots.length}.`;

function NotSearched({ snapshots }: { snapshots: SearchedSnapshot[] }) {
  if (snapshots.length === 0) return null;
  return (
    <Disclosure title={`Not searched: ${countInWords(snapshots.length, 'snapshot')}`}>
      <ul className="not-searched">
        {snapshots.map(({ snapshotId, name, message }) => (
          <li key={snapshotId} className="wraps">
            {name}: {message}
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
