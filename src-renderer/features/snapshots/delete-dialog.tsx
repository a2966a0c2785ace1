import { Loader, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { PrunePreview } from '../../../src-shared/model/prune.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { namesInWords } from '../../components/destination-look.tsx';
import { PathText } from '../../components/path-text.tsx';
import { useAction } from '../../hooks/use-action.ts';

/** Asks before a snapshot is deleted. */
export function DeleteDialog({ snapshot, onClose }: { snapshot: ListedSnapshot; onClose(): void }) {
  const [preview, setPreview] = useState<PrunePreview | null>(null);
  const action = useAction('here');
  const { run } = action;
  useEffect(
    () =>
      run(async () => {
        const chosen = { snapshotId: snapshot.id, unpin: snapshot.pinned };
        setPreview(await client.call('snapshots.previewDelete', chosen));
      }),
    [snapshot.id, snapshot.pinned, run],
  );
  const remove = (confirmation: string): void => {
    run(async () => {
      await client.call('snapshots.delete', { snapshotId: snapshot.id, unpin: snapshot.pinned, confirmation });
      onClose();
    });
  };
  return (
    <ConfirmDialog
      title="Delete this snapshot?"
      size="lg"
      label={snapshot.pinned ? 'Unpin and delete' : 'Delete snapshot'}
      removes
      disabled={preview === null}
      onConfirm={() => remove(preview?.confirmation ?? '')}
      action={action}
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
      {preview === null && action.pending && <Loader size="sm" aria-label="Loading" />}
    </ConfirmDialog>
  );
}

function whatIsDeleted({ removed, bytesFreed }: PrunePreview): string {
  const names = removed.flatMap(({ destination }) => destination?.name ?? []);
  const where = names.length === 0 ? '' : ` at ${namesInWords(names)}`;
  const what = names.length > 1 ? 'Deletes the files and manifests' : 'Deletes the file and its manifest';
  return `${what}${where} (${bytesInWords(bytesFreed)}).`;
}
