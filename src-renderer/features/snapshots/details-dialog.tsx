import { Button, Modal, Stack, Text } from '@mantine/core';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { verifiedHow } from '../../../src-shared/words/verification-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { VerificationPill } from '../../components/status/pill.tsx';
import { useAnswer } from '../../stores/core.ts';
import { TableList } from '../plan-form/source-facts.tsx';
import { StoredAttachedFiles } from './stored-attached-files.tsx';

interface DetailsDialogProps {
  snapshot: ListedSnapshot;
  now: number;
  onRestore(): void;
  onClose(): void;
}

/** The details of a snapshot. */
export function DetailsDialog({ snapshot, now, onRestore, onClose }: DetailsDialogProps) {
  const answer = useAnswer('snapshots.get', { snapshotId: snapshot.id });
  const whole = answer.value?.snapshot ?? null;
  return (
    <Modal opened onClose={onClose} title={`Snapshot of ${momentInWords(snapshot.createdAt, now)}`} size={720}>
      <Stack gap="md">
        <Facts snapshot={snapshot} now={now} />
        {snapshot.attachedFiles.length > 0 && <StoredAttachedFiles attachedFiles={snapshot.attachedFiles} />}
        <Pending answer={answer} />
        {whole !== null && whole.takenWith.length > 0 && (
          <Text size="sm">
            Taken at the same instant as the snapshots of{' '}
            {namesInWords(whole.takenWith.map(({ planName }) => planName))}. They belong together: restore all of them.
          </Text>
        )}
        {whole !== null && <TableList tables={whole.tables} />}
        <DialogButtons onClose={onClose} close="Close">
          <Button onClick={onRestore} disabled={snapshot.missing} data-autofocus>
            Restore…
          </Button>
        </DialogButtons>
      </Stack>
    </Modal>
  );
}

function Facts({ snapshot, now }: { snapshot: ListedSnapshot; now: number }) {
  const { name, path, copies, sizeBytes, imageBytes, apparentBytes, diskBytes, attachedFiles, verification, missing } =
    snapshot;
  const stored = copies.filter(({ state }) => state === 'stored');
  const files = snapshot.sourceKind === 'files';
  return (
    <dl className="described">
      <dt>File</dt>
      <dd>
        <PathText path={path ?? name} />
      </dd>
      {stored.length > 0 && (
        <>
          <dt>Stored at</dt>
          <dd>{namesInWords(stored.map(({ destinationName }) => destinationName))}</dd>
        </>
      )}
      {!files && (
        <>
          <dt>Database</dt>
          <dd>
            {bytesInWords(sizeBytes)}, {bytesInWords(imageBytes)} unpacked
            {snapshot.userVersion > 0 && `, schema version ${snapshot.userVersion}`}
          </dd>
        </>
      )}
      {attachedFiles.length > 0 && (
        <>
          <dt>Total</dt>
          <dd>
            {bytesInWords(apparentBytes)}; {bytesInWords(diskBytes)} added on disk
          </dd>
        </>
      )}
      <dt>Verification</dt>
      <dd>
        <VerificationPill verification={verification} missing={missing} incomplete={snapshot.incomplete} now={now} />
        {snapshot.incomplete !== null && (
          <Text size="sm" className="loss" mt={4}>
            {snapshot.incomplete}
          </Text>
        )}
        {verification.at !== null && verification.message !== '' && (
          <Text size="sm" c="dimmed" mt={4}>
            {[verification.message, verifiedHow(verification.level)].filter((each) => each !== null).join(' ')}
          </Text>
        )}
      </dd>
    </dl>
  );
}
