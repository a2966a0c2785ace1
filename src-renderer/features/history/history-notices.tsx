import { Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { Result } from '../../../src-shared/contract/methods.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import {
  historyPausedInWords,
  otherWriterInWords,
  REVIEW_HISTORY_IN_WORDS,
  TAKE_OVER_IN_WORDS,
} from '../../../src-shared/words/history-words.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { Note } from '../../components/messages/note.tsx';
import { PausedAlert } from '../../components/messages/paused-alert.tsx';
import { useDialog } from '../../hooks/address.ts';
import { addRun } from '../../stores/runs.ts';

interface HistoryNoticesProps {
  plan: Pick<Plan, 'id' | 'name'>;
  summary: Pick<Result<'history.summary'>, 'pruningPaused' | 'capturesPaused' | 'otherWriterSince'>;
  /** In milliseconds since 1970. */
  now: number;
}

/** What keeps a history from being captured or merged, and what ends that. */
export function HistoryNotices({ plan, summary, now }: HistoryNoticesProps) {
  const { dialog, open, close } = useDialog(['review-history', 'take-over']);
  const { pruningPaused, capturesPaused, otherWriterSince } = summary;
  return (
    <>
      {otherWriterSince !== null && (
        <PausedAlert action="Take over…" onAction={() => open('take-over')}>
          {otherWriterInWords(momentLabel(otherWriterSince, now))}
        </PausedAlert>
      )}
      {pruningPaused !== null && (
        <PausedAlert action="Review…" onAction={() => open('review-history')}>
          {historyPausedInWords(pruningPaused)}
        </PausedAlert>
      )}
      {capturesPaused !== null && (
        <Note tone="warn" icon={IconPlayerPause}>
          {capturesPaused} Make a destination available: captures continue once it has them.
        </Note>
      )}
      {dialog === 'take-over' && (
        <ConfirmDialog
          title={`Take over the history of ${plan.name}?`}
          label="Take over"
          onConfirm={async () =>
            addRun((await client.call('history.capture', { planId: plan.id, takeOver: true })).run)
          }
          onClose={close}
        >
          <Text size="sm">{TAKE_OVER_IN_WORDS}</Text>
        </ConfirmDialog>
      )}
      {dialog === 'review-history' && pruningPaused !== null && (
        <ConfirmDialog
          title="Resume the merging of points?"
          label="Resume merging"
          onConfirm={async () => addRun((await client.call('history.prune', { planId: plan.id, review: true })).run)}
          onClose={close}
        >
          <Text size="sm">{pruningPaused}</Text>
          <Text size="sm">{REVIEW_HISTORY_IN_WORDS}</Text>
        </ConfirmDialog>
      )}
    </>
  );
}
