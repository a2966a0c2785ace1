import { Text } from '@mantine/core';
import type { ScheduleStatus } from '../../../src-shared/model/schedule.ts';
import { momentInWords, shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { pauseInWords } from '../../../src-shared/words/pause-words.ts';
import { useNow } from '../../hooks/use-now.ts';

/** The state of a schedule. */
export function ScheduleState({ status }: { status: ScheduleStatus }) {
  const now = useNow();
  const words = stateInWords(status, now);
  if (words === '') return null;
  return <Text size="sm">{words}</Text>;
}

/** Returns the state of a schedule as sentences. */
export function stateInWords({ due, nextTime, paused }: ScheduleStatus, now: number): string {
  const parts: string[] = [];
  if (paused !== null) parts.push(`${pauseInWords(paused, now)}.`);
  if (due !== null) {
    const missed = due.scheduledTimes > 1 ? ` (catch-up run for ${due.scheduledTimes} scheduled times)` : '';
    parts.push(`Run due since ${momentInWords(due.scheduledTime, now)}${missed}.`);
    if (due.waitingFor !== null) parts.push(due.waitingFor);
    if (due.retryAt !== null) parts.push(`Next attempt: ${shortMomentInWords(due.retryAt, now)}.`);
  } else if (nextTime !== null) parts.push(`Next: ${shortMomentInWords(nextTime, now)}.`);
  return parts.join(' ');
}
