import { Text } from '@mantine/core';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { deletionInWords } from '../../../src-shared/words/trash-words.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useAnswer } from '../../stores/core.ts';
import { offerPutBack } from './put-back.ts';

/** Asks before a snapshot is deleted. */
export function DeleteDialog({ snapshot, onClose }: { snapshot: ListedSnapshot; onClose(): void }) {
  const chosen = { snapshotId: snapshot.id, unpin: snapshot.pinned };
  const answer = useAnswer('snapshots.previewDelete', chosen);
  const preview = answer.value;
  return (
    <ConfirmDialog
      title="Delete this snapshot?"
      size="lg"
      label={snapshot.pinned ? 'Unpin and delete' : 'Delete snapshot'}
      removes
      disabled={preview === null}
      onConfirm={async () => {
        const { run } = await client.call('snapshots.delete', {
          ...chosen,
          confirmation: preview?.confirmation ?? '',
        });
        offerPutBack(run, snapshot.id);
      }}
      onClose={onClose}
    >
      <PathText path={snapshot.path ?? snapshot.name} />
      {preview !== null && (
        <Text size="sm" className="wraps">
          {deletionInWords(preview.removed)}
        </Text>
      )}
      {snapshot.pinned && (
        <Text size="sm" className="wraps">
          This snapshot is pinned.
        </Text>
      )}
      {preview?.warnings.map((warning) => (
        <Text key={warning} size="sm" className="wraps tone-warn">
          {warning}
        </Text>
      ))}
      <Pending answer={answer} />
    </ConfirmDialog>
  );
}
