import { Button, Stack, Text } from '@mantine/core';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { rowCountChangeInWords } from '../../../src-shared/words/table-rows.ts';
import { verifiedHow } from '../../../src-shared/words/verification-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { Facts } from '../../components/layout/facts.tsx';
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
    <Dialog opened onClose={onClose} title={`Snapshot of ${momentInWords(snapshot.createdAt, now)}`} size={720}>
      <Stack gap="md">
        <SnapshotFacts snapshot={snapshot} now={now} />
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
    </Dialog>
  );
}

function SnapshotFacts({ snapshot, now }: { snapshot: ListedSnapshot; now: number }) {
  const { name, path, copies, sizeBytes, imageBytes, apparentBytes, diskBytes, attachedFiles, userVersion, rowChange } =
    snapshot;
  const stored = copies.filter(({ state }) => state === 'stored');
  const version = userVersion > 0 ? `, schema version ${userVersion}` : '';
  return (
    <Facts
      facts={[
        ['File', <PathText key="path" path={path ?? name} />],
        stored.length > 0 && ['Stored at', namesInWords(stored.map(({ destinationName }) => destinationName))],
        snapshot.sourceKind !== 'files' && [
          'Database',
          `${bytesInWords(sizeBytes)}, ${bytesInWords(imageBytes)} unpacked${version}`,
        ],
        attachedFiles.length > 0 && [
          'Total',
          `${bytesInWords(apparentBytes)}; ${bytesInWords(diskBytes)} added on disk`,
        ],
        rowChange !== null && [
          'Row count',
          `${rowCountChangeInWords(rowChange).join(', ')}, against the snapshot before`,
        ],
        ['Verification', <Verified key="verification" snapshot={snapshot} now={now} />],
      ]}
    />
  );
}

function Verified({ snapshot: { verification, missing, incomplete }, now }: { snapshot: ListedSnapshot; now: number }) {
  return (
    <>
      <VerificationPill verification={verification} missing={missing} incomplete={incomplete} now={now} />
      {incomplete !== null && (
        <Text size="sm" className="loss" mt={4}>
          {incomplete}
        </Text>
      )}
      {verification.at !== null && verification.message !== '' && (
        <Text size="sm" c="dimmed" mt={4}>
          {[verification.message, verifiedHow(verification.level)].filter((each) => each !== null).join(' ')}
        </Text>
      )}
    </>
  );
}
