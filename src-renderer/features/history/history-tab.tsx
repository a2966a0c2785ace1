import { Stack, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import {
  type TimelineView,
  viewEnd,
  viewShowing,
  viewUpTo,
  zoomOf,
} from '../../../src-shared/rules/history/timeline-view.ts';
import { keptInWords, pointInWords, reachInWords } from '../../../src-shared/words/history-words.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { navigate, useParameter } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';
import { openRestore } from '../restore/restore-store.ts';
import { HistoryNotices } from './history-notices.tsx';
import { factsOfPoint } from './point-facts.ts';
import { type PointAction, PointPanel } from './point-panel.tsx';
import { Timeline, type TimelineMove } from './timeline.tsx';

/** More points than a history keeps of a year. */
const MOST_POINTS = 500;

const ACTIONS: ReadonlyArray<readonly [PointAction, string]> = [
  ['compare-now', 'Compare with now'],
  ['compare-points', 'Compare two points'],
  ['browse', 'Browse'],
  ['verify', 'Verify'],
];

/** The points in time of a plan on a timeline, and what can be done with the one that is selected. */
export function HistoryTab({ plan, now }: { plan: Plan; now: number }) {
  const planId = plan.id;
  const [view, setView] = useState<TimelineView>(() => viewUpTo('day', now));
  const [chosen, choose] = useParameter('point');
  const action = useAction('here');
  const points = useAnswer('history.points', { planId, limit: MOST_POINTS });
  const summary = useAnswer('history.summary', { planId });
  const timeline = useAnswer('history.timeline', {
    planId,
    from: new Date(view.from).toISOString(),
    to: new Date(viewEnd(view)).toISOString(),
    bucketMs: zoomOf(view).bucketMs,
  });
  const shown = useLast(timeline.value);
  if (points.value === null) return <Pending answer={points} />;
  const oldestFirst = points.value.toReversed();
  const selected = oldestFirst.find(({ txid }) => txid === Number(chosen)) ?? null;
  const select = (point: Point | undefined): void => {
    if (point === undefined) return;
    choose(String(point.txid));
    setView(viewShowing(view, Date.parse(point.madeAt)));
  };
  return (
    <Stack gap="md">
      <VisuallyHidden component="h2">Points in time</VisuallyHidden>
      <Text size="sm">{keptInWords(plan.history.keep)}</Text>
      {summary.value !== null && (
        <Text size="sm" c="dimmed">
          {reachInWords(summary.value, now)}
        </Text>
      )}
      {summary.value !== null && <HistoryNotices plan={plan} summary={summary.value} now={now} />}
      {timeline.error !== null && <ErrorNotice error={timeline.error} />}
      {action.error !== null && <ErrorNotice error={action.error} />}
      <div className="card history-card">
        <Timeline
          {...{ view, selected, now, empty: oldestFirst.length === 0 }}
          buckets={shown?.buckets ?? []}
          marks={shown?.marks ?? []}
          gaps={shown?.gaps ?? []}
          selectedText={selected === null ? '' : pointInWords(selected, now)}
          onView={setView}
          onMove={(move) => select(nextPoint(oldestFirst, selected, move))}
          onPick={(instant) => select(oldestFirst.findLast(({ madeAt }) => madeAt <= instant))}
          onSelect={(txid) => select(oldestFirst.find((point) => point.txid === txid))}
        />
        {selected !== null && (
          <PointPanel
            point={selected}
            facts={factsOfPoint(selected, now)}
            actions={ACTIONS}
            now={now}
            onAction={(asked) =>
              asked === 'verify'
                ? action.run(
                    async () => void (await client.call('verifications.start', { planId, txid: selected.txid })),
                  )
                : act(asked, planId, selected, oldestFirst, select)
            }
          />
        )}
      </div>
    </Stack>
  );
}

/** Where the cursor goes from the selected point. */
function nextPoint(oldestFirst: readonly Point[], selected: Point | null, move: TimelineMove): Point | undefined {
  const among = move.endsWith('mark') ? oldestFirst.filter(({ events }) => events.length > 0) : oldestFirst;
  const at = selected?.txid ?? Number.POSITIVE_INFINITY;
  if (move === 'first-point') return among[0];
  if (move === 'last-point') return among.at(-1);
  return move.startsWith('previous') ? among.findLast(({ txid }) => txid < at) : among.find(({ txid }) => txid > at);
}

function act(
  action: Exclude<PointAction, 'verify'>,
  planId: string,
  { txid }: Point,
  oldestFirst: readonly Point[],
  select: (point: Point | undefined) => void,
): void {
  const point = `point-${txid}`;
  if (action === 'just-before') select(oldestFirst.findLast((each) => each.txid < txid));
  else if (action === 'restore') openRestore({ source: { planId, txid } });
  else if (action === 'browse') navigate(`/databases/${planId}/browse?at=${point}`);
  else
    navigate(`/databases/${planId}/compare?a=${point}&b=${action === 'compare-now' ? 'now' : newestOf(oldestFirst)}`);
}

const newestOf = (oldestFirst: readonly Point[]): string => `point-${oldestFirst.at(-1)?.txid ?? ''}`;
