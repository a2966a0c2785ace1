import { Button } from '@mantine/core';
import { IconMapPinPlus, IconPlus } from '@tabler/icons-react';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { navigate, returnTo, useDialog } from '../../hooks/address.ts';
import { useNow } from '../../hooks/use-now.ts';
import { ImportDialog } from '../import/import-dialog.tsx';
import { DestinationCard } from './destination-card.tsx';
import { DestinationDialog } from './destination-dialog.tsx';
import { EmptyTrashDialog } from './empty-trash-dialog.tsx';
import { ReattachDialog } from './reattach-dialog.tsx';
import { RemoveDestinationDialog } from './remove-destination-dialog.tsx';
import './destinations.css';
import { useAnswer } from '../../stores/core.ts';

/** With more destinations than these, growth and databases are shown on demand. */
const OPENED_AT_MOST = 3;
const DIALOGS = ['edit', 'import', 'reattach', 'remove', 'empty-trash'] as const;

/**
 * All destinations.
 * @param selected the id of the destination to show, `new` to add one, or `null`
 */
export function DestinationsPage({ selected }: { selected: string | null }) {
  const answer = useAnswer('destinations.list', {});
  const destinations = answer.value;
  const { dialog } = useDialog(DIALOGS);
  const now = useNow();
  if (destinations === null) return <Pending answer={answer} />;
  const chosen = destinations.find(({ destination }) => destination.id === selected);
  const show = (name: (typeof DIALOGS)[number], { destination }: DestinationSummary): void =>
    navigate(`/storage/${destination.id}?dialog=${name}`);
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => navigate('/storage/new')}>
      Add destination
    </Button>
  );
  return (
    <Page title="Storage" wide actions={destinations.length > 0 && add}>
      {destinations.length === 0 ? (
        <EmptyState icon={<IconMapPinPlus size={44} stroke={1.4} />} title="No destination yet" action={add}>
          Snapshots are stored at destinations: folders, buckets or servers. Add one that is not on this disk to protect
          your snapshots from disk failure.
        </EmptyState>
      ) : (
        <ul className="destination-list">
          {destinations.map((summary) => (
            <li key={summary.destination.id}>
              <DestinationCard
                summary={summary}
                current={summary.destination.id === selected}
                opened={summary.destination.id === selected || destinations.length <= OPENED_AT_MOST}
                now={now}
                onEdit={() => show('edit', summary)}
                onImport={() => show('import', summary)}
                onRecover={() => navigate(`/plans/recover?destination=${summary.destination.id}`)}
                onReattach={() => show('reattach', summary)}
                onRemove={() => show('remove', summary)}
                onEmptyTrash={() => show('empty-trash', summary)}
              />
            </li>
          ))}
        </ul>
      )}
      {selected === 'new' && <DestinationDialog summary={null} onClose={() => returnTo('/storage')} />}
      {chosen !== undefined && dialog !== null && (
        <ChosenDialog
          dialog={dialog}
          summary={chosen}
          onClose={() => returnTo(`/storage/${chosen.destination.id}`, '/storage')}
        />
      )}
    </Page>
  );
}

/** The dialog about one destination that the address names. */
function ChosenDialog({
  dialog,
  summary,
  onClose,
}: {
  dialog: (typeof DIALOGS)[number];
  summary: DestinationSummary;
  onClose(): void;
}) {
  const { id } = summary.destination;
  switch (dialog) {
    case 'edit':
      return <DestinationDialog summary={summary} onClose={onClose} />;
    case 'import':
      return <ImportDialog location={{ destinationId: id }} onClose={onClose} />;
    case 'reattach':
      return <ReattachDialog summary={summary} onClose={onClose} />;
    case 'empty-trash':
      return <EmptyTrashDialog summary={summary} onClose={onClose} />;
    case 'remove':
      return <RemoveDestinationDialog summary={summary} onClose={onClose} />;
  }
}
