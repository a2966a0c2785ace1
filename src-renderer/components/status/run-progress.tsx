import { Button, Group, Progress, Text } from '@mantine/core';
import type { Run } from '../../../src-shared/model/run.ts';
import { countsBytes, PHASE_LABELS } from '../../../src-shared/words/run-words.ts';
import { bytesInWords, roundedDurationInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';

/** The progress of a run: phase, bytes, rate and time left, and a button to cancel it. */
export function RunProgress({ run, onCancel }: { run: Run; onCancel?: () => void }) {
  const cancel = useAction();
  const { phase, done, total, rate } = run.progress;
  const share = total === null || total === 0 ? null : Math.min(100, (done / total) * 100);
  const words =
    run.state === 'queued' && run.waitingFor !== null
      ? `Waiting for ${run.waitingFor}`
      : run.cancelRequested
        ? 'Cancelling'
        : PHASE_LABELS[phase];
  const stop = (): void => {
    cancel.run(async () => {
      await client.call('runs.cancel', { runId: run.id });
      onCancel?.();
    });
  };
  return (
    <div className="run-progress">
      <Progress.Root size="sm">
        <Progress.Section
          value={share ?? 100}
          animated={share === null}
          striped={share === null}
          aria-label={`${words}: ${run.subject}`}
          {...(share === null ? { 'aria-valuenow': 0 } : {})}
        />
      </Progress.Root>
      <Group justify="space-between" mt={6} wrap="nowrap">
        <Text size="sm" className="numbers" aria-live="off">
          {[words, amounts(run), rate !== null && countsBytes(phase) ? `${bytesInWords(rate)}/s` : '']
            .filter(Boolean)
            .join(' · ')}
        </Text>
        <Group gap="sm" wrap="nowrap">
          <Text size="sm" c="dimmed" className="numbers">
            {timeLeft(done, total, rate)}
          </Text>
          <Button size="compact-sm" variant="default" onClick={stop} disabled={run.cancelRequested || cancel.pending}>
            Cancel
          </Button>
        </Group>
      </Group>
    </div>
  );
}

function amounts({ progress: { phase, done, total } }: Run): string {
  if (done === 0 && (total === null || total === 0)) return '';
  if (!countsBytes(phase)) return total === null ? `${done}` : `${done} of ${total}`;
  return total === null ? bytesInWords(done) : `${bytesInWords(done)} of ${bytesInWords(total)}`;
}

function timeLeft(done: number, total: number | null, rate: number | null): string {
  if (total === null || rate === null || rate <= 0) return '';
  return `${roundedDurationInWords(((total - done) / rate) * 1000)} left`;
}
