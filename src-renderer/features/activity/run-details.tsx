import { ActionIcon, Group, Stack, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { LogEntry, Run } from '../../../src-shared/model/run.ts';
import { clockTime, momentLabel } from '../../../src-shared/words/moments.ts';
import { runTitle } from '../../../src-shared/words/run-words.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { RunStatePill } from '../../components/status/pill.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useAnswer } from '../../stores/core.ts';
import { isActive } from '../../stores/run-list.ts';
import { addRun, useRun } from '../../stores/runs.ts';
import { UndoButton } from '../restore/undo-button.tsx';
import { RunResultList } from './run-result.tsx';
import { canUndo, runDuration, runOutcome } from './run-words.ts';

/** The details of a run: its result, its error, its actions and its log. */
export function RunDetails({ runId, now }: { runId: string; now: number }) {
  const answer = useAnswer('runs.get', { runId });
  const run = useRun(runId) ?? answer.value?.run;
  const log = answer.value?.log ?? [];
  const [, navigate] = useLocation();
  if (run === undefined) return <Pending answer={answer} />;
  return (
    <section className="card" aria-label={runTitle(run)}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="sm" className="page-title">
            <Title order={2}>{runTitle(run)}</Title>
            <RunStatePill state={run.state} />
          </Group>
          <ActionIcon component={Link} to="/activity" variant="subtle" aria-label="Close details">
            <IconX size={16} />
          </ActionIcon>
        </Group>
        <Text size="sm" c="dimmed">
          {[
            momentLabel(run.queuedAt, now),
            runDuration(run) && `Duration: ${runDuration(run)}`,
            run.error === null ? runOutcome(run) : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        {isActive(run) && <RunProgress run={run} />}
        {run.error !== null && run.state !== 'cancelled' && <ErrorNotice error={run.error} />}
        <RunResultList run={run} />
        {log.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a log that scrolls must be reachable by keyboard
          <ol className="log" tabIndex={0} aria-label="Log">
            {log.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
              <li key={index} className={entry.level}>
                <span>{clockTime(entry.at)}</span>
                <span>{entry.message}</span>
              </li>
            ))}
          </ol>
        )}
        <Group gap="xs">
          {canRetry(run) && <RetryButton run={run} />}
          {canUndo(run) && <UndoButton run={run} onStarted={(id) => navigate(`/activity/${id}`)} />}
          {run.error !== null && <CopyDetails run={run} log={log} />}
        </Group>
      </Stack>
    </section>
  );
}

const canRetry = (run: Run): boolean =>
  ['failed', 'interrupted', 'cancelled'].includes(run.state) &&
  ((run.kind === 'backup' && run.planId !== null) ||
    (run.kind === 'verify' && run.snapshotId !== null) ||
    (run.kind === 'copy' && run.destinationId !== null));

/** Starts a run again; `null`: nothing is left to do. */
async function retry({ kind, planId, snapshotId, destinationId }: Run): Promise<Run | null> {
  if (kind === 'backup') return (await client.call('backups.start', { planId: planId ?? '' })).run;
  if (kind === 'copy') return (await client.call('destinations.catchUp', { destinationId: destinationId ?? '' })).run;
  const from = destinationId === null ? {} : { destinationId };
  return (await client.call('verifications.start', { snapshotId: snapshotId ?? '', ...from })).run;
}

function RetryButton({ run }: { run: Run }) {
  const [, navigate] = useLocation();
  const start = async (): Promise<void> => {
    const next = await retry(run);
    if (next === null) return showDone('No snapshots left to copy.');
    addRun(next);
    navigate(`/activity/${next.id}`);
  };
  return <ActionButton act={start}>Retry</ActionButton>;
}

function CopyDetails({ run, log }: { run: Run; log: readonly LogEntry[] }) {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(JSON.stringify({ run, log }, null, 2));
    showDone('Details copied to the clipboard.');
  };
  return (
    <ActionButton variant="default" act={copy}>
      Copy details
    </ActionButton>
  );
}
