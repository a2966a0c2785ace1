import { Fragment } from 'react';
import { missingInWords } from '../../../src-shared/words/incomplete.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { VerificationPill } from '../../components/status/pill.tsx';
import { useNow } from '../../hooks/use-now.ts';
import type { Described } from './use-described.ts';

/** The facts of a snapshot or file, without what the field that chooses a snapshot shows. */
export function WhatFacts({ described, isChosen }: { described: Described; isChosen: boolean }) {
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
      {!isChosen && createdAt !== null && (
        <>
          <dt>Taken</dt>
          <dd>{momentLabel(createdAt, now)}</dd>
        </>
      )}
      {!isChosen && planName !== null && (
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
