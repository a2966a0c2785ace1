import { Fragment } from 'react';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { SnapshotCopy, SnapshotOrigin, VerificationSummary } from '../../../src-shared/model/snapshot.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { missingInWords } from '../../../src-shared/words/incomplete.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { VerificationPill } from '../../components/status/pill.tsx';
import { useNow } from '../../hooks/use-now.ts';

/** The snapshot or dropped file to restore. */
export interface Described {
  name: string;
  /** `null`: not in a folder of this machine. */
  path: string | null;
  /** The copies it can be restored from; empty for a bare file. */
  stored: SnapshotCopy[];
  message: string;
  restorable: boolean;
  planName: string | null;
  createdAt: string | null;
  sizeBytes: number;
  imageBytes: number | null;
  tables: TableRows[] | null;
  verification: VerificationSummary | null;
  suggestedTarget: string | null;
  /** `imported`: its source is known from its manifest only. */
  origin: SnapshotOrigin;
  /** Its attached files; empty for a bare file. */
  attachedFiles: SnapshotAttachedFile[];
  sourceKind: SourceKind;
}

/** The facts of a snapshot or file. */
export function WhatFacts({ described }: { described: Described }) {
  const now = useNow();
  const { path, stored, createdAt, planName, sizeBytes, imageBytes, attachedFiles, sourceKind, verification } =
    described;
  return (
    <dl className="described">
      {path !== null && (
        <>
          <dt>File</dt>
          <dd>
            <PathText path={path} />
          </dd>
        </>
      )}
      {stored.length > 0 && (
        <>
          <dt>Stored at</dt>
          <dd>{namesInWords(stored.map(({ destinationName }) => destinationName))}</dd>
        </>
      )}
      {createdAt !== null && (
        <>
          <dt>Taken</dt>
          <dd>{momentLabel(createdAt, now)}</dd>
        </>
      )}
      {planName !== null && (
        <>
          <dt>Plan</dt>
          <dd>{planName}</dd>
        </>
      )}
      {sourceKind === 'database' && (
        <>
          <dt>{attachedFiles.length > 0 ? 'Database' : 'Size'}</dt>
          <dd>
            {bytesInWords(sizeBytes)}
            {imageBytes !== null && `, ${bytesInWords(imageBytes)} unpacked`}
          </dd>
        </>
      )}
      {attachedFiles.map(({ name, files, bytes, whole }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>
            {files === 0 ? 'not stored' : `${countInWords(files, 'file')}, ${bytesInWords(bytes)}`}
            {!whole && files > 0 && ', incomplete'}
          </dd>
        </Fragment>
      ))}
      {verification !== null && (
        <>
          <dt>Verification</dt>
          <dd>
            <VerificationPill
              verification={verification}
              missing={false}
              incomplete={missingInWords(attachedFiles)}
              now={now}
            />
          </dd>
        </>
      )}
    </dl>
  );
}
