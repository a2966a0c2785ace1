import { Text } from '@mantine/core';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { showUndo } from '../../components/messages/undo-notice.tsx';

/** Asks before a destination is removed; its files stay. */
export function RemoveDestinationDialog({ summary, onClose }: { summary: DestinationSummary; onClose(): void }) {
  const { destination, label, snapshotCount, secretsKnown } = summary;
  return (
    <ConfirmDialog
      title={`Remove the destination ${destination.name}?`}
      label={`Remove ${destination.name}`}
      removes
      onConfirm={async () => {
        await client.call('destinations.remove', { destinationId: destination.id });
        showUndo(`The destination ${destination.name} is removed.`, () =>
          client.call('destinations.putBack', { destinationId: destination.id }),
        );
      }}
      onClose={onClose}
    >
      <Text size="sm" className="wraps">
        No files are deleted: {countInWords(snapshotCount, 'snapshot stays', 'snapshots stay')} in {label}. To use the
        destination again, add and rescan it.
        {secretsKnown.length > 0 && ' Its saved secrets are deleted.'}
      </Text>
    </ConfirmDialog>
  );
}
