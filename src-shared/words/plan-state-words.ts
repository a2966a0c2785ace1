import type { PlanState, PlanSummary } from '../model/plan.ts';
import { isPruningPaused, type Judged, needsAttention, worstOf } from '../rules/state/attention.ts';
import { momentInWords } from './moments.ts';
import { countInWords } from './wording.ts';

/** The word for each state, as a label. */
export const STATE_LABELS: Readonly<Record<PlanState, string>> = {
  failed: 'Failed',
  overdue: 'Overdue',
  unavailable: 'Unavailable',
  incomplete: 'Incomplete',
  waiting: 'Waiting',
  unverified: 'Unverified',
  running: 'Backing up',
  empty: 'No snapshot yet',
  paused: 'Paused',
  'ok-one-disk': 'OK (one disk)',
  ok: 'OK',
};

const SENTENCES: Readonly<Record<PlanState, { now: string; still: string }>> = {
  failed: { now: 'failed', still: 'is still failed' },
  overdue: { now: 'is overdue', still: 'is still overdue' },
  unavailable: { now: 'is unavailable', still: 'is still unavailable' },
  incomplete: { now: 'is incomplete', still: 'is still incomplete' },
  waiting: { now: 'is waiting', still: 'is still waiting' },
  unverified: { now: 'is unverified', still: 'is still unverified' },
  running: { now: 'is being backed up', still: 'is still being backed up' },
  empty: { now: 'has no snapshot yet', still: 'still has no snapshot' },
  paused: { now: 'is paused', still: 'is still paused' },
  'ok-one-disk': { now: 'is OK (one disk)', still: 'is still OK (one disk)' },
  ok: { now: 'is OK', still: 'is still OK' },
};

/**
 * Returns the sentence that says where one plan stands, without its full stop: in the window, the tray and alerts alike.
 * @param still it has been said before
 */
export function planSentence(name: string, judged: Judged, still = false): string {
  const subject = isPruningPaused(judged) ? `Pruning of ${name}` : name;
  return `${subject} ${SENTENCES[judged.state][still ? 'still' : 'now']}`;
}

/** The label of where one plan stands. */
export const stateLabel = (judged: Judged): string =>
  isPruningPaused(judged) ? 'Pruning paused' : STATE_LABELS[judged.state];

/** Whether the reason of a state says what a person should do, and so is shown beside it. */
export const isExplained = (judged: Judged): boolean => needsAttention(judged) || judged.state === 'ok-one-disk';

/** Returns why a plan stands where it does, and since when what it needs is unavailable. */
export function reasonInWords(
  { reason, unavailableSince }: Pick<PlanSummary, 'reason' | 'unavailableSince'>,
  now: number,
): string {
  return unavailableSince === null ? reason : `${reason} Unavailable since ${momentInWords(unavailableSince, now)}.`;
}

/** Where all plans stand together. */
export interface OverallStatus {
  attention: boolean;
  running: boolean;
  /** One sentence about the worst state there is, without its full stop. */
  sentence: string;
}

/** Sums plans up: the worst state wins, so the answer is OK only when every plan is. */
export function overallStatus(plans: ReadonlyArray<Judged & Pick<PlanSummary, 'plan'>>): OverallStatus {
  const concerned = worstOf(plans);
  const [first] = concerned;
  return {
    attention: plans.some(needsAttention),
    running: first?.state === 'running',
    sentence:
      first === undefined
        ? 'Nothing is backed up yet'
        : first.state === 'ok'
          ? 'Everything is backed up and verified'
          : concerned.length === 1
            ? planSentence(first.plan.name, first)
            : severalInWords(concerned.length, first),
  };
}

function severalInWords(count: number, judged: Judged): string {
  const plans = countInWords(count, 'plan');
  if (needsAttention(judged)) return `${plans} need attention`;
  switch (judged.state) {
    case 'running':
      return `${plans} are being backed up`;
    case 'empty':
      return `${plans} have no snapshot yet`;
    case 'paused':
      return `${plans} are paused`;
    default:
      return `${plans} are ${STATE_LABELS[judged.state]}`;
  }
}
