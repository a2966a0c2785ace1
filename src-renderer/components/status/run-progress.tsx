import { Button, Group, Progress, Text } from '@mantine/core';
import { useRef } from 'react';
import type { Run } from '../../../src-shared/model/run.ts';
import { runShare, timeLeftOf } from '../../../src-shared/rules/run-share.ts';
import { amountInWords, PHASE_LABELS, rateInWords } from '../../../src-shared/words/run-words.ts';
import { roundedDurationInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';

interface RunProgressProps {
  run: Run;
  /** Whether it has a button to cancel the run; not where another button does that. */
  cancellable?: boolean;
}

/** The progress of a run: one bar over all phases, what it does now, the time left, and a button to cancel it. */
export function RunProgress({ run, cancellable = true }: RunProgressProps) {
  const share = useGrowing(run);
  const elapsedMs = run.startedAt === null ? 0 : Date.now() - Date.parse(run.startedAt);
  const leftMs = timeLeftOf(share, elapsedMs);
  const words =
    run.state === 'queued' && run.waitingFor !== null
      ? `Waiting for ${run.waitingFor}`
      : run.cancelRequested
        ? 'Cancelling'
        : PHASE_LABELS[run.progress.phase];
  return (
    <div className="run-progress">
      <Progress.Root size="sm">
        <Progress.Section
          value={share === null ? 100 : share * 100}
          animated={share === null}
          striped={share === null}
          aria-label={`${words}: ${run.subject}`}
          {...(share === null ? { 'aria-valuenow': 0 } : {})}
        />
      </Progress.Root>
      <Group justify="space-between" mt={6} wrap="nowrap">
        <Text size="sm" className="numbers" aria-live="off">
          {[words, amountInWords(run), rateInWords(run)].filter(Boolean).join(' · ')}
        </Text>
        <Group gap="sm" wrap="nowrap">
          <Text size="sm" c="dimmed" className="numbers">
            {leftMs === null ? '' : `${roundedDurationInWords(leftMs)} left`}
          </Text>
          {cancellable && <CancelButton run={run} />}
        </Group>
      </Group>
    </div>
  );
}

/** The share of a run that is done. It never shrinks: attached files go through phases again that the database has left. */
function useGrowing(run: Run): number | null {
  const most = useRef({ runId: run.id, share: 0 });
  if (most.current.runId !== run.id) most.current = { runId: run.id, share: 0 };
  const share = runShare(run);
  if (share === null) return null;
  most.current.share = Math.max(most.current.share, share);
  return most.current.share;
}

function CancelButton({ run }: { run: Run }) {
  const cancel = useAction();
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => cancel.run(() => client.call('runs.cancel', { runId: run.id }))}
      disabled={run.cancelRequested || cancel.pending}
    >
      Cancel
    </Button>
  );
}
