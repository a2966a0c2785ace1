import { Group } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { UndeliveredAlerts } from '../../components/messages/undelivered-alerts.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { addOlderRuns } from '../../stores/runs.ts';
import { RunDetails } from './run-details.tsx';
import { RunRow } from './run-row.tsx';

const PAGE = 100;

/** All runs, newest first, with the details of one of them. */
export function ActivityPage({ runId }: { runId: string | null }) {
  const answer = useAnswer('runs.list', {});
  const runs = answer.value;
  const [atEnd, setAtEnd] = useState(false);
  const now = useNow();
  if (runs === null) return <Pending answer={answer} />;
  const more = async (): Promise<void> => {
    const last = runs.at(-1);
    const older = await client.call('runs.list', {
      limit: PAGE,
      ...(last === undefined ? {} : { before: last.id }),
    });
    addOlderRuns(older);
    setAtEnd(older.length < PAGE);
  };
  return (
    <Page title="Activity" wide>
      <UndeliveredAlerts />
      {runId !== null && <RunDetails key={runId} runId={runId} now={now} />}
      {runs.length === 0 ? (
        <EmptyState icon={<IconHistory size={44} stroke={1.4} />} title="No activity yet">
          Backups, verifications, restores and prunes appear here with their logs.
        </EmptyState>
      ) : (
        <div className="card">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} now={now} />
          ))}
        </div>
      )}
      {runs.length >= PAGE && !atEnd && (
        <Group justify="center">
          <ActionButton variant="default" act={more}>
            Show older
          </ActionButton>
        </Group>
      )}
    </Page>
  );
}
