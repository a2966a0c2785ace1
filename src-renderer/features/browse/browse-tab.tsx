import { Group, SegmentedControl, Select } from '@mantine/core';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { useParameter } from '../../hooks/address.ts';
import { useFirst } from '../../hooks/use-first.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';
import { FindRowsForm } from '../find-rows/find-rows-form.tsx';
import { FoundRows } from '../find-rows/found-rows.tsx';
import { otherState, pointOf } from '../history/point-address.ts';
import { BrowseView } from './browse-view.tsx';
import { StoredFiles } from './stored-files.tsx';

/** Stands for the database as it is now. */
const NOW = 'now';

/** What a snapshot of a plan contains, or its database as it is now; and the search through all snapshots. */
export function BrowseTab({ plan, now }: { plan: Plan; now: number }) {
  const [at, setAt] = useParameter('at');
  const [search] = useParameter('search');
  const answer = useAnswer('snapshots.list', { planId: plan.id });
  const ofDatabase = plan.sourceKind === 'database';
  // What the tab of snapshots has asked for stays until it is asked for here: what is shown is opened once.
  const snapshots = useLast(answer.value);
  const newest = snapshots?.find(({ missing }) => !missing)?.id ?? (ofDatabase ? NOW : null);
  // A backup that ends meanwhile does not change what is shown.
  const shown = useFirst(snapshots === null ? null : newest);
  if (snapshots === null) return <Pending answer={answer} />;
  const chosen = at || (shown ?? '');
  const isListed = chosen === NOW || snapshots.some(({ id }) => id === chosen);
  return (
    <div className="browse-tab">
      <Group gap="md" align="start" justify="space-between">
        <Select
          label="Snapshot"
          size="xs"
          w={260}
          allowDeselect={false}
          maxDropdownHeight={300}
          placeholder="No snapshot yet"
          data={[
            ...(ofDatabase ? [{ value: NOW, label: 'Database now' }] : []),
            ...snapshots.map(({ id, createdAt }) => ({ value: id, label: momentLabel(createdAt, now) })),
            ...(isListed || chosen === '' ? [] : [{ value: chosen, label: otherState(chosen) }]),
          ]}
          value={chosen}
          onChange={(value) => setAt(value ?? '', { replace: false })}
        />
        {ofDatabase && <FindRowsForm planId={plan.id} />}
      </Group>
      {search !== '' ? (
        <FoundRows key={search} runId={search} now={now} />
      ) : chosen === NOW ? (
        <BrowseView key={chosen} source={{ planId: plan.id }} />
      ) : pointOf(chosen) !== null ? (
        <BrowseView key={chosen} source={{ planId: plan.id, txid: pointOf(chosen) ?? 0 }} />
      ) : (
        chosen !== '' && <BrowseSnapshot key={chosen} snapshotId={chosen} />
      )}
    </div>
  );
}

const PARTS = [
  { value: 'database', label: 'Database' },
  { value: 'files', label: 'Attached files' },
];

/** The database of a snapshot, or its attached files. */
function BrowseSnapshot({ snapshotId }: { snapshotId: string }) {
  const [part, setPart] = useParameter('part');
  const answer = useAnswer('snapshots.get', { snapshotId });
  if (answer.value === null) return <Pending answer={answer} />;
  const { snapshot } = answer.value;
  const hasFiles = snapshot.attachedFiles.length > 0;
  if (snapshot.sourceKind === 'files') return <StoredFiles snapshot={snapshot} />;
  const shown = hasFiles && part === 'files' ? 'files' : 'database';
  return (
    <>
      {hasFiles && (
        <SegmentedControl
          size="xs"
          className="browse-parts"
          aria-label="Part of the snapshot"
          data={PARTS}
          value={shown}
          onChange={(next) => setPart(next === 'files' ? next : '')}
        />
      )}
      {shown === 'files' ? <StoredFiles snapshot={snapshot} /> : <BrowseView source={{ snapshotId }} />}
    </>
  );
}
