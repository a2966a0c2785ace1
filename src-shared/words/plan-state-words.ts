import type { PlanState, PlanSummary } from '../model/plan.ts';
import { worstState } from '../rules/state/health.ts';
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
export function planSentence(name: string, state: PlanState, still = false): string {
  return `${name} ${SENTENCES[state][still ? 'still' : 'now']}`;
}

/** The states in which a person should look. */
export const ATTENTION: ReadonlySet<PlanState> = new Set([
  'failed',
  'overdue',
  'unavailable',
  'incomplete',
  'waiting',
  'unverified',
]);

/** Whether the reason of a state says what a person should do, and so is shown beside it. */
export const isExplained = (state: PlanState): boolean => ATTENTION.has(state) || state === 'ok-one-disk';

/** Where all plans stand together. */
export interface OverallStatus {
  state: PlanState;
  /** One sentence about the worst state there is, without its full stop. */
  sentence: string;
  detail: string;
  /** The plan that the sentence is about, if it is about one. */
  planId: string | null;
}

/** Sums plans up: the worst state wins, so the answer is OK only when every plan is. */
export function overallStatus(plans: ReadonlyArray<Pick<PlanSummary, 'plan' | 'state' | 'reason'>>): OverallStatus {
  const state = worstState(plans.map((each) => each.state));
  const concerned = plans.filter((each) => each.state === state);
  const [first] = concerned;
  if (state === undefined || first === undefined)
    return { state: 'empty', sentence: 'Nothing is backed up yet', detail: '', planId: null };
  if (state === 'ok') return { state, sentence: 'Everything is backed up and verified', detail: '', planId: null };
  const others = othersInWords(plans.filter((each) => each.state === 'ok').length);
  if (concerned.length > 1) {
    const about = ATTENTION.has(state) ? `${first.plan.name}: ${first.reason}` : '';
    return { state, sentence: severalInWords(concerned.length, state), detail: joined(about, others), planId: null };
  }
  const planId = state === 'running' ? null : first.plan.id;
  const about = state === 'running' ? '' : first.reason;
  return { state, sentence: planSentence(first.plan.name, state), detail: joined(about, others), planId };
}

function severalInWords(count: number, state: PlanState): string {
  const plans = countInWords(count, 'plan');
  switch (state) {
    case 'running':
      return `${plans} are being backed up`;
    case 'empty':
      return `${plans} have no snapshot yet`;
    case 'paused':
      return `${plans} are paused`;
    case 'ok-one-disk':
      return `${plans} are OK (one disk)`;
    default:
      return `${plans} need attention`;
  }
}

const othersInWords = (count: number): string =>
  count === 0 ? '' : count === 1 ? 'One other plan is OK.' : `${count} other plans are OK.`;

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ');
