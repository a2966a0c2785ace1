import { Button, Group, Loader, Select, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { RestoreSource } from '../../../src-shared/model/restore.ts';
import type { Proof, SnapshotCopy } from '../../../src-shared/model/snapshot.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { bytesInWords } from '../../../src-shared/rules/wording.ts';
import { client } from '../../api/client.ts';
import { namesInWords } from '../../components/destination-look.tsx';
import { ErrorNotice, errorBody } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { ProofPill } from '../../components/pill.tsx';
import { momentInWords, useNow } from '../../components/time.ts';
import { TableList } from '../plans/source-facts.tsx';

/** What is to be restored, whether it is a snapshot or a dropped file. */
interface Described {
  name: string;
  /** `null`: it is in no folder of this machine. */
  path: string | null;
  /** Where it can be had from; empty for a bare file. */
  stored: SnapshotCopy[];
  message: string;
  restorable: boolean;
  planName: string | null;
  createdAt: string | null;
  sizeBytes: number;
  imageBytes: number | null;
  tables: TableRows[] | null;
  proof: Proof | null;
  suggestedTarget: string | null;
}

const NEAREST = 'nearest';

/** The first step: what it is, when it was taken, what is in it. */
export function WhatStep({
  source,
  onSource,
  onNext,
  onClose,
}: {
  source: RestoreSource;
  onSource(source: RestoreSource): void;
  onNext(suggestedTarget: string | null): void;
  onClose(): void;
}) {
  const [described, setDescribed] = useState<Described | null>(null);
  const [error, setError] = useState<ErrorBody | null>(null);
  const now = useNow();
  const what = JSON.stringify('snapshotId' in source ? { snapshotId: source.snapshotId } : source);
  useEffect(() => {
    describe(JSON.parse(what) as RestoreSource).then(setDescribed, (caught: unknown) => setError(errorBody(caught)));
  }, [what]);
  return (
    <>
      {described === null && error === null && <Loader size="sm" aria-label="Looking into it" />}
      {error !== null && <ErrorNotice error={error} />}
      {described !== null && (
        <>
          <Title order={3}>{described.name}</Title>
          <Text>{described.message}</Text>
          <dl className="described">
            {described.path !== null && (
              <>
                <dt>File</dt>
                <dd>
                  <PathText path={described.path} />
                </dd>
              </>
            )}
            {described.stored.length > 0 && (
              <>
                <dt>Stored at</dt>
                <dd>{namesInWords(described.stored.map(({ destinationName }) => destinationName))}</dd>
              </>
            )}
            {described.createdAt !== null && (
              <>
                <dt>Taken</dt>
                <dd>{momentInWords(described.createdAt, now)}</dd>
              </>
            )}
            {described.planName !== null && (
              <>
                <dt>Plan</dt>
                <dd>{described.planName}</dd>
              </>
            )}
            <dt>Size</dt>
            <dd>
              {bytesInWords(described.sizeBytes)}
              {described.imageBytes !== null && `, ${bytesInWords(described.imageBytes)} unpacked`}
            </dd>
            {described.proof !== null && (
              <>
                <dt>Proof</dt>
                <dd>
                  <ProofPill proof={described.proof} missing={false} now={now} />
                </dd>
              </>
            )}
          </dl>
          {'snapshotId' in source && described.stored.length > 1 && (
            <Select
              label="Restore from"
              data={[
                { value: NEAREST, label: 'The nearest that answers' },
                ...described.stored.map((copy) => ({ value: copy.destinationId, label: copy.destinationName })),
              ]}
              allowDeselect={false}
              value={source.destinationId ?? NEAREST}
              onChange={(from) =>
                onSource({
                  snapshotId: source.snapshotId,
                  ...(from === null || from === NEAREST ? {} : { destinationId: from }),
                })
              }
            />
          )}
          <TableList tables={described.tables ?? []} />
        </>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={described === null || !described.restorable}
          onClick={() => onNext(described?.suggestedTarget ?? null)}
          data-autofocus
        >
          Next: where
        </Button>
      </Group>
    </>
  );
}

async function describe(source: RestoreSource): Promise<Described> {
  if ('snapshotId' in source) {
    const { snapshot } = await client.call('snapshots.get', { snapshotId: source.snapshotId });
    return {
      ...snapshot,
      stored: snapshot.copies.filter(({ state }) => state === 'stored'),
      message: `This is a snapshot of ${snapshot.planName}.`,
      restorable: !snapshot.missing,
      suggestedTarget: snapshot.sourcePath,
    };
  }
  const file = await client.call('files.identify', { path: source.path });
  const proof =
    file.snapshotId === null
      ? null
      : (await client.call('snapshots.get', { snapshotId: file.snapshotId })).snapshot.proof;
  return { ...file, stored: [], proof };
}
