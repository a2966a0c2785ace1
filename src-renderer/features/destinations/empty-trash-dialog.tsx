import { Text } from '@mantine/core';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { deletedInWords } from '../../../src-shared/words/trash-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { addRun } from '../../stores/runs.ts';

/** Asks before the trash of a destination is emptied, and lists what is in it. */
export function EmptyTrashDialog({
  summary: { destination },
  onClose,
}: {
  summary: Pick<DestinationSummary, 'destination'>;
  onClose(): void;
}) {
  const chosen = { destinationId: destination.id };
  const answer = useAnswer('trash.list', chosen);
  const now = useNow();
  const { value } = answer;
  return (
    <ConfirmDialog
      title={`Empty the trash of ${destination.name}?`}
      size="lg"
      label="Empty trash"
      removes
      disabled={value === null || value.copies.length === 0}
      onConfirm={async () => {
        const { run } = await client.call('trash.empty', { ...chosen, confirmation: value?.confirmation ?? '' });
        addRun(run);
      }}
      onClose={onClose}
    >
      {value === null ? (
        <Pending answer={answer} />
      ) : (
        <>
          <Text size="sm" className="wraps">
            {countInWords(value.copies.length, 'deleted snapshot')} can no longer be put back.{' '}
            {bytesInWords(value.bytes)} will be freed.
          </Text>
          <ScrollTable label="In the trash" columns={['Snapshot', 'Deleted', { number: 'Size' }]}>
            {value.copies.map((copy) => (
              <tr key={copy.snapshotId}>
                <td className="wraps">{copy.name}</td>
                <td>{deletedInWords(copy, now)}</td>
                <td className="number">{bytesInWords(copy.sizeBytes)}</td>
              </tr>
            ))}
          </ScrollTable>
        </>
      )}
    </ConfirmDialog>
  );
}
