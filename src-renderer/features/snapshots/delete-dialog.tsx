import { Text } from '@mantine/core';
import type { PrunePreview } from '../../../src-shared/model/prune.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useAnswer } from '../../stores/core.ts';

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
      onConfirm={() => client.call('snapshots.delete', { ...chosen, confirmation: preview?.confirmation ?? '' })}
      onClose={onClose}
    >
      <PathText path={snapshot.path ?? snapshot.name} />
      {preview !== null && (
        <Text size="sm" className="wraps">
          {whatIsDeleted(preview)} This cannot be undone.
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

function whatIsDeleted({ removed, bytesFreed }: PrunePreview): string {
  const names = removed.flatMap(({ destination }) => destination?.name ?? []);
  const where = names.length === 0 ? '' : ` at ${namesInWords(names)}`;
  const what = names.length > 1 ? 'Deletes the files and manifests' : 'Deletes the file and its manifest';
  return `${what}${where} (${bytesInWords(bytesFreed)}).`;
}
