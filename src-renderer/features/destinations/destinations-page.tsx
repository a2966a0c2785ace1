import { Button } from '@mantine/core';
import { IconMapPinPlus, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { ImportDialog } from '../import/import-dialog.tsx';
import { RecoverDialog } from '../recover-plans/recover-dialog.tsx';
import { DestinationCard } from './destination-card.tsx';
import { DestinationDialog } from './destination-dialog.tsx';
import { ReattachDialog } from './reattach-dialog.tsx';
import { RemoveDestinationDialog } from './remove-destination-dialog.tsx';
import './destinations.css';
import { useAnswer } from '../../stores/core.ts';

type Open =
  | { dialog: 'edit'; summary: DestinationSummary | null }
  | { dialog: 'remove' | 'import' | 'recover' | 'reattach'; summary: DestinationSummary };

/**
 * All destinations.
 * @param selected the id of the destination to show, `new` to add one, or `null`
 */
export function DestinationsPage({ selected }: { selected: string | null }) {
  const answer = useAnswer('destinations.list', {});
  const destinations = answer.value;
  const [open, setOpen] = useState<Open | null>(selected === 'new' ? { dialog: 'edit', summary: null } : null);
  const now = useNow();
  if (destinations === null) return <Pending answer={answer} />;
  const close = (): void => setOpen(null);
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen({ dialog: 'edit', summary: null })}>
      Add destination
    </Button>
  );
  return (
    <Page title="Storage" actions={destinations.length > 0 && add}>
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
                now={now}
                onEdit={() => setOpen({ dialog: 'edit', summary })}
                onImport={() => setOpen({ dialog: 'import', summary })}
                onRecover={() => setOpen({ dialog: 'recover', summary })}
                onReattach={() => setOpen({ dialog: 'reattach', summary })}
                onRemove={() => setOpen({ dialog: 'remove', summary })}
              />
            </li>
          ))}
        </ul>
      )}
      {open?.dialog === 'edit' && <DestinationDialog summary={open.summary} onClose={close} />}
      {open?.dialog === 'import' && (
        <ImportDialog location={{ destinationId: open.summary.destination.id }} onClose={close} />
      )}
      {open?.dialog === 'recover' && (
        <RecoverDialog
          destinationId={open.summary.destination.id}
          name={open.summary.destination.name}
          onClose={close}
        />
      )}
      {open?.dialog === 'reattach' && <ReattachDialog summary={open.summary} onClose={close} />}
      {open?.dialog === 'remove' && <RemoveDestinationDialog summary={open.summary} onClose={close} />}
    </Page>
  );
}
