import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { useAction } from '../../components/use-action.ts';

/** Asks before a destination is forgotten; its files stay. */
export function RemoveDestinationDialog({ summary, onClose }: { summary: DestinationSummary; onClose(): void }) {
  const { destination, label, snapshotCount, secretsKnown } = summary;
  const action = useAction('here');
  const remove = (): void =>
    action.run(async () => {
      await client.call('destinations.remove', { destinationId: destination.id });
      onClose();
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Remove the destination ${destination.name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="sm" className="wraps">
          Snapkeep forgets the destination{secretsKnown.length > 0 && ' and the secrets that are kept for it'}. No file
          is deleted:{' '}
          {snapshotCount === 0 ? 'what is' : countInWords(snapshotCount, 'snapshot stays', 'snapshots stay')} in {label}
          {snapshotCount === 0 && ' stays'}, and “Look for snapshots” finds them once it is added again.
        </Text>
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.8" onClick={remove} loading={action.pending}>
            Remove {destination.name}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
