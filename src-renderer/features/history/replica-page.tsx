import { Button, Select, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Redirect } from 'wouter';
import { MOST_REPLICA_POINTS } from '../../../src-shared/contract/replica-methods.ts';
import type { Replica, ReplicaPoint } from '../../../src-shared/model/history/replica.ts';
import { TIMELINE_ZOOMS, timelineBuckets } from '../../../src-shared/rules/history/timeline.ts';
import {
  type TimelineView,
  viewEnd,
  viewShowing,
  viewUpTo,
  zoomOf,
} from '../../../src-shared/rules/history/timeline-view.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { Page } from '../../components/layout/page.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { navigate, setParameters, useParameter, useParameters } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { addRun } from '../../stores/runs.ts';
import { CompareView } from '../compare/compare-view.tsx';
import { NOTHING_CHOSEN } from '../compare/compared.ts';
import { openRestore } from '../restore/restore-store.ts';
import { type PointAction, PointPanel } from './point-panel.tsx';
import { replicaAddress, replicaName, replicaOf } from './replica-address.ts';
import { Timeline, type TimelineMove } from './timeline.tsx';

const ACTIONS: ReadonlyArray<readonly [PointAction, string]> = [
  ['compare-now', 'Compare'],
  ['browse', 'Browse'],
  ['verify', 'Verify'],
];

/** A replica of Litestream: its points on a timeline, and what can be done with them. It is only read. */
export function ReplicaPage() {
  const replica = replicaOf(useParameters());
  if (replica === null) return <Redirect to="/" />;
  return <OpenReplica key={JSON.stringify(replica)} replica={replica} />;
}

function OpenReplica({ replica }: { replica: Replica }) {
  const points = useAnswer('replicas.points', { replica, limit: MOST_REPLICA_POINTS });
  const oldestFirst = points.value?.toReversed() ?? [];
  return (
    <Page
      title={replicaName(replica) ?? 'Litestream replica'}
      wide
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={points.reload}
          loading={points.pending && points.value !== null}
        >
          Refresh
        </Button>
      }
    >
      <Stack gap="md">
        <ReplicaPlace replica={replica} />
        {(points.value === null || points.error !== null) && (
          <Pending answer={points} label="Reading the replica" text="Reading the replica…" />
        )}
        {points.value !== null && oldestFirst.length === 0 && (
          <Note tone="info">No point in time found: the replica has no base that can be restored.</Note>
        )}
        {oldestFirst.length > 0 && <ReplicaHistory replica={replica} oldestFirst={oldestFirst} />}
      </Stack>
    </Page>
  );
}

/** Where the replica is. */
function ReplicaPlace({ replica }: { replica: Replica }) {
  const destinations = useAnswer('destinations.list', 'destinationId' in replica ? {} : null);
  if ('path' in replica) return <PathText path={replica.path} />;
  const found = destinations.value?.find(({ destination }) => destination.id === replica.destinationId);
  return <PathText path={`${found?.destination.name ?? 'Destination'}/${replica.folder}`} />;
}

function ReplicaHistory({ replica, oldestFirst }: { replica: Replica; oldestFirst: readonly ReplicaPoint[] }) {
  const now = useNow();
  const [view, setView] = useState<TimelineView>(() => wholeView(oldestFirst));
  const [chosen, choose] = useParameter('point');
  const [compared] = useParameter('with');
  const action = useAction('here');
  const selected = oldestFirst.find(({ txid }) => txid === Number(chosen)) ?? null;
  const select = (point: ReplicaPoint | undefined): void => {
    if (point === undefined) return;
    choose(String(point.txid));
    setView(viewShowing(view, Date.parse(point.madeAt)));
  };
  const act = (asked: PointAction, txid: number): void => {
    if (asked === 'restore') openRestore({ source: { replica, txid } });
    else if (asked === 'browse') navigate(replicaAddress('/browse', replica, { at: `point-${txid}` }));
    else if (asked === 'compare-now') setParameters({ with: NEWEST }, { replace: false });
    else
      action.run(async () => {
        const { run } = await client.call('verifications.start', { replica, txid });
        addRun(run);
        navigate(`/activity/${run.id}`);
      });
  };
  const [oldest, newest] = [oldestFirst[0], oldestFirst.at(-1)];
  return (
    <>
      <VisuallyHidden component="h2">Points in time</VisuallyHidden>
      <Text size="sm">
        {countInWords(oldestFirst.length, 'point')} in time. Oldest: {momentLabel(oldest?.madeAt ?? '', now)}. Newest:{' '}
        {momentLabel(newest?.madeAt ?? '', now)}. Snapkeep reads this Litestream replica and never changes it.
      </Text>
      {action.error !== null && <ErrorNotice error={action.error} />}
      <div className="card history-card">
        <Timeline
          {...{ view, selected, now, measure: 'points', empty: false, marks: [], gaps: [] }}
          selectedText={selected === null ? '' : `${momentLabel(selected.madeAt, now)}, point ${selected.txid}.`}
          buckets={timelineBuckets(oldestFirst.map(onTimeline), view.from, viewEnd(view), zoomOf(view).bucketMs)}
          onView={setView}
          onMove={(move) => select(nextPoint(oldestFirst, selected, move))}
          onPick={(instant) => select(oldestFirst.findLast(({ madeAt }) => madeAt <= instant))}
          onSelect={(txid) => select(oldestFirst.find((point) => point.txid === txid))}
        />
        {selected !== null && (
          <PointPanel
            point={{ ...selected, events: [] }}
            facts={[['Stored', bytesInWords(selected.bytes)]]}
            actions={ACTIONS}
            now={now}
            onAction={(asked) => act(asked, selected.txid)}
          />
        )}
      </div>
      {selected !== null && compared !== '' && (
        <Comparison {...{ replica, selected, compared }} newest={newest?.txid ?? selected.txid} />
      )}
    </>
  );
}

/** Stands for the newest point. */
const NEWEST = 'newest';

interface ComparisonProps {
  replica: Replica;
  selected: ReplicaPoint;
  /** The newest point, or the plan whose database is compared. */
  compared: string;
  newest: number;
}

/** Compares the selected point with the newest one, or with the database of a plan as it is now. */
function Comparison({ replica, selected, compared, newest }: ComparisonProps) {
  const plans = useAnswer('plans.list', {});
  const databases = (plans.value ?? []).filter(({ plan }) => plan.sourceKind === 'database');
  const before = { replica, txid: selected.txid };
  const after = compared === NEWEST ? { replica, txid: newest } : { planId: compared };
  return (
    <section className="card compare-tab" aria-label="Comparison">
      <Select
        label="Compare with"
        size="xs"
        w={260}
        allowDeselect={false}
        data={[
          { value: NEWEST, label: `Newest point (${newest})` },
          ...databases.map(({ plan }) => ({ value: plan.id, label: `Database of ${plan.name} now` })),
        ]}
        value={compared}
        onChange={(value) => setParameters({ with: value ?? '', ...NOTHING_CHOSEN }, { replace: false })}
      />
      {'txid' in after && after.txid === before.txid ? (
        <Text size="sm" c="dimmed">
          Choose two different states to compare.
        </Text>
      ) : (
        <CompareView key={`${before.txid} ${compared}`} {...{ before, after }} />
      )}
    </section>
  );
}

/** The closest view that shows every point, up to the newest. */
function wholeView(oldestFirst: readonly ReplicaPoint[]): TimelineView {
  const [oldest, newest] = [oldestFirst[0], oldestFirst.at(-1)].map((point) => Date.parse(point?.madeAt ?? '') || 0);
  const span = (newest ?? 0) - (oldest ?? 0);
  const zoom = TIMELINE_ZOOMS.findLast(({ spanMs }) => spanMs > span) ?? TIMELINE_ZOOMS[0];
  return viewUpTo(zoom.name, newest ?? 0);
}

const onTimeline = ({ txid, madeAt }: ReplicaPoint) => ({
  ...{ txid, madeAt: Date.parse(madeAt), changedPages: 0, events: [] },
});

/** Where the cursor goes from the selected point; a replica has no marks. */
function nextPoint(
  oldestFirst: readonly ReplicaPoint[],
  selected: ReplicaPoint | null,
  move: TimelineMove,
): ReplicaPoint | undefined {
  const at = selected?.txid ?? Number.POSITIVE_INFINITY;
  if (move === 'first-point') return oldestFirst[0];
  if (move === 'last-point') return oldestFirst.at(-1);
  if (move.endsWith('mark')) return undefined;
  return move.startsWith('previous')
    ? oldestFirst.findLast(({ txid }) => txid < at)
    : oldestFirst.find(({ txid }) => txid > at);
}
