import type { PlanState, PlanSummary } from '../../../src-shared/model/plan.ts';
import { worstState } from '../../../src-shared/rules/health.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';

/** The answer to “am I safe?”. */
export interface Status {
  state: PlanState;
  /** One sentence about the worst there is. */
  sentence: string;
  detail: string;
  /** The plan the sentence is about, if it is about one. */
  planId: string | null;
}

const SENTENCES: Record<Exclude<PlanState, 'fine' | 'running'>, (name: string) => string> = {
  failed: (name) => `${name} has failed`,
  overdue: (name) => `${name} is overdue`,
  waiting: (name) => `${name} is waiting`,
  unproven: (name) => `${name} is not proven yet`,
  paused: (name) => `${name} is paused`,
  empty: (name) => `${name} is not backed up yet`,
};

/** Sums the plans up: the worst state wins, and it is never fine while one of them is not. */
export function overallStatus(plans: readonly PlanSummary[]): Status {
  const state = worstState(plans.map((each) => each.state)) ?? 'empty';
  const worst = plans.filter((each) => each.state === state);
  const [first] = worst;
  const good = plans.filter((each) => each.state === 'fine').length;
  if (state === 'fine') return { state, sentence: 'Everything is backed up and proven', detail: '', planId: null };
  if (state === 'running')
    return { state, sentence: 'A backup is being made', detail: `${goodOnes(good)}`, planId: null };
  const name = first?.plan.name ?? '';
  const sentence = worst.length > 1 ? `${countInWords(worst.length, 'plan')} need attention` : SENTENCES[state](name);
  const about = worst.length > 1 ? `${name}: ${first?.reason}` : (first?.reason ?? '');
  return { state, sentence, detail: [about, goodOnes(good)].filter(Boolean).join(' '), planId: first?.plan.id ?? null };
}

const goodOnes = (count: number): string =>
  count === 0 ? '' : count === 1 ? 'One other is backed up and proven.' : `${count} others are backed up and proven.`;
