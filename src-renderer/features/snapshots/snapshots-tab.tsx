import { Button, Group } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { EmptyState } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { setParameters, useDialog, useParameter } from '../../hooks/address.ts';
import { usePlan } from '../../stores/core.ts';
import { PruneDialog } from '../prune/prune-dialog.tsx';
import { openRestore } from '../restore/restore-store.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { DetailsDialog } from './details-dialog.tsx';
import { RecentlyDeleted } from './recently-deleted.tsx';
import { SnapshotTable } from './snapshot-table.tsx';
import { useSnapshots } from './use-snapshots.ts';

/** The snapshots of a plan. */
export function SnapshotsTab({ plan, now }: { plan: Plan; now: number }) {
  const { answer, snapshots, more } = useSnapshots(plan.id);
  const [shownId] = useParameter('snapshot');
  const { dialog, open, close } = useDialog(['details', 'delete-snapshot', 'prune'], 'snapshot');
  const scan = async (): Promise<void> => {
    for (const { destinationId } of plan.destinations) await client.call('destinations.rescan', { destinationId });
  };
  const names = namesInWords(usePlan(plan.id)?.destinations.map(({ name }) => name) ?? []);

  const shown = snapshots?.find(({ id }) => id === shownId);
  if (snapshots === null) return <Pending answer={answer} />;
  return (
    <div className="snapshots-tab">
      <Group justify="flex-end" gap="xs">
        <ActionButton variant="default" size="xs" act={scan}>
          Rescan destinations
        </ActionButton>
        {snapshots.length > 0 && (
          <Button variant="default" size="xs" onClick={() => open('prune')}>
            Review and prune
          </Button>
        )}
      </Group>
      {snapshots.length === 0 ? (
        <EmptyState icon={<IconCamera size={44} stroke={1.4} />} title="No snapshot yet">
          Use “Back up now” to take the first one. To list existing snapshots in {names}, use “Rescan destinations”.
        </EmptyState>
      ) : (
        <SnapshotTable snapshots={snapshots} now={now} onEnd={more} onDetails={showDetails} onDelete={showDelete} />
      )}
      <RecentlyDeleted planId={plan.id} now={now} />
      {dialog === 'details' && shown !== undefined && (
        <DetailsDialog
          snapshot={shown}
          now={now}
          onRestore={() => {
            close();
            openRestore({ source: { snapshotId: shown.id } });
          }}
          onClose={close}
        />
      )}
      {dialog === 'delete-snapshot' && shown !== undefined && <DeleteDialog snapshot={shown} onClose={close} />}
      {dialog === 'prune' && <PruneDialog plan={plan} retention={plan.retention} onClose={close} />}
    </div>
  );
}

const show =
  (dialog: 'details' | 'delete-snapshot') =>
  ({ id }: ListedSnapshot): void =>
    setParameters({ snapshot: id, dialog }, { replace: false });
const showDetails = show('details');
const showDelete = show('delete-snapshot');
