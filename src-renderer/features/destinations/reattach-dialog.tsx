import { Text } from '@mantine/core';
import type { DestinationSummary, ReattachPreview } from '../../../src-shared/model/destination.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';

/** Shows what a destination's location holds now, and asks whether to use it as that destination. */
export function ReattachDialog({ summary, onClose }: { summary: DestinationSummary; onClose(): void }) {
  const { id, name } = summary.destination;
  const answer = useAnswer('destinations.previewReattach', { destinationId: id });
  const preview = answer.value;
  return (
    <ConfirmDialog
      title={`Re-attach ${name}?`}
      label="Re-attach"
      disabled={preview === null}
      onConfirm={() =>
        client.call('destinations.reattach', { destinationId: id, confirmation: preview?.confirmation ?? '' })
      }
      onClose={onClose}
    >
      <Pending answer={answer} />
      {preview !== null && <Found preview={preview} name={name} />}
    </ConfirmDialog>
  );
}

const MARKERS: Readonly<Record<ReattachPreview['marker'], (name: string) => string>> = {
  none: (name) => `No marker file found. Re-attaching creates one for the destination ${name}.`,
  same: (name) => `Its marker file belongs to ${name}.`,
  other: (name) => `Its marker file belongs to another destination. Re-attaching makes it ${name}.`,
  unreadable: () => 'Its marker file is damaged. Re-attaching replaces the marker file.',
};

function Found({ preview, name }: { preview: ReattachPreview; name: string }) {
  const { label, files, snapshotsKnown, snapshotsThere, marker } = preview;
  return (
    <>
      <Text size="sm" className="wraps">
        {label} holds {countInWords(files, 'file')}
        {snapshotsKnown > 0 &&
          `, including ${snapshotsThere} of the ${countInWords(snapshotsKnown, 'snapshot')} of ${name}`}
        . {MARKERS[marker](name)}
      </Text>
      {snapshotsThere < snapshotsKnown && (
        <Text size="sm" className="loss">
          {countInWords(snapshotsKnown - snapshotsThere, 'snapshot')} of {name} not found. Check that the right disk or
          share is mounted before you re-attach it.
        </Text>
      )}
    </>
  );
}
