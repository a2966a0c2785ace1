import type { MethodsOf, Result } from '../../../src-shared/contract/methods.ts';
import { timelineGaps } from '../../../src-shared/rules/history/timeline.ts';
import { capturesPausedInWords } from '../../../src-shared/words/history-words.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { reachOf } from '../plans/history-facts.ts';
import { noPoint } from './fetch-point.ts';
import { tooMuchWaits } from './outbox.ts';
import { releaseHistoryBrake, startHistoryPrune } from './prune-history.ts';
import { requireHistory, startCapture } from './start-capture.ts';
import { isWriter } from './take-over.ts';

/** Captures changes, and shows the points in time of a plan. */
export function historyHandlers(core: CoreContext): Handlers<MethodsOf<'history'>> {
  const { catalog } = core;
  return {
    'history.capture': async ({ planId, takeOver }) => ({
      run: await startCapture(core, catalog.plans.require(planId), { isTakeOver: takeOver }),
    }),
    'history.summary': ({ planId }) => summaryOf(core, planId),
    'history.points': ({ planId, ...asked }) => {
      const history = catalog.histories.ofPlan(catalog.plans.require(planId).id);
      if (history === undefined) return [];
      return catalog.points.page(history.id, asked);
    },
    'history.pointAt': ({ planId, ...asked }) => {
      const history = requireHistory(core, planId);
      const found =
        'txid' in asked ? catalog.points.get(history.id, asked.txid) : catalog.points.at(history.id, asked.at);
      if (found !== undefined) return found;
      throw noPoint(catalog.plans.require(planId), 'txid' in asked ? asked.txid : `at ${asked.at} or before it`);
    },
    'history.prune': ({ planId, review }) => {
      const plan = catalog.plans.require(planId);
      requireHistory(core, planId);
      if (review) releaseHistoryBrake(core, planId);
      return { run: startHistoryPrune(core, plan, true) };
    },
    'history.timeline': ({ planId, ...part }) => timelineOf(core, planId, part),
    'history.pin': ({ planId, txid, pinned }) => {
      const history = requireHistory(core, planId);
      const found = catalog.points.get(history.id, txid);
      if (found === undefined) throw noPoint(catalog.plans.require(planId), txid);
      catalog.points.setPinned(history.id, txid, pinned);
      core.events.emit('plans.changed', { planIds: [planId] });
      return { ...found, pinned };
    },
  };
}

async function summaryOf(core: CoreContext, planId: string): Promise<Result<'history.summary'>> {
  const { catalog, clock } = core;
  const plan = catalog.plans.require(planId);
  const history = catalog.histories.ofPlan(planId);
  if (history === undefined) return NO_POINTS;
  const waiting = await tooMuchWaits(core, history);
  const { points, bytes: storedBytes } = catalog.points.totals(history.id);
  const reach = reachOf(catalog.histories.reaches([planId]).get(planId), clock.now().getTime());
  return {
    points,
    storedBytes,
    ...reach,
    otherWriterSince: isWriter(core, history) ? null : (history.writer?.since ?? null),
    pruningPaused: history.brake?.reason ?? null,
    capturesPaused: waiting === null ? null : capturesPausedInWords(plan.name, waiting),
  };
}

function timelineOf(
  { catalog }: CoreContext,
  planId: string,
  { from, to, bucketMs }: { from: string; to: string; bucketMs: number },
): Result<'history.timeline'> {
  const history = catalog.histories.ofPlan(catalog.plans.require(planId).id);
  if (history === undefined) return { buckets: [], marks: [], gaps: [] };
  const part = { from: Date.parse(from), to: Date.parse(to) };
  const marks = catalog.points.marks(history.id, part, MOST_MARKS);
  const afterGaps = marks.filter(({ events }) => events.includes('gap'));
  const gaps = timelineGaps(afterGaps.flatMap(({ txid }) => catalog.points.get(history.id, txid) ?? []));
  return { buckets: catalog.points.summary(history.id, { ...part, bucketMs }), marks, gaps };
}

const MOST_MARKS = 500;

const NO_POINTS: Result<'history.summary'> = {
  ...{
    points: 0,
    storedBytes: 0,
    oldest: null,
    newest: null,
    otherWriterSince: null,
    pruningPaused: null,
    capturesPaused: null,
  },
  ...{ maximumDataLossMs: null, bytesPerDay: null },
};
