import { missingInWords } from '../../../src-shared/words/incomplete.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { isUpload } from '../../api/uploads.ts';
import { type Fact, Facts } from '../../components/layout/facts.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { VerificationPill } from '../../components/status/pill.tsx';
import { useNow } from '../../hooks/use-now.ts';
import type { Described } from './use-described.ts';

interface WhatFactsProps {
  described: Described;
  /** The snapshot was chosen in a field, which shows its plan and its date. */
  isChosen: boolean;
}

/** The facts of a snapshot or file. */
export function WhatFacts({ described, isChosen }: WhatFactsProps) {
  const now = useNow();
  const { path, stored, createdAt, planName, sizeBytes, imageBytes, attachedFiles, sourceKind, verification } =
    described;
  const unpacked = imageBytes === null ? '' : `, ${bytesInWords(imageBytes)} unpacked`;
  const facts: Fact[] = [
    !isChosen && path !== null && !isUpload(path) && ['File', <PathText key="path" path={path} />],
    stored.length > 0 && ['Stored at', namesInWords(stored.map(({ destinationName }) => destinationName))],
    !isChosen && createdAt !== null && ['Taken', momentLabel(createdAt, now)],
    !isChosen && planName !== null && ['Plan', planName],
    sourceKind === 'database' && [
      attachedFiles.length > 0 ? 'Database' : 'Size',
      `${bytesInWords(sizeBytes)}${unpacked}`,
    ],
    ...attachedFiles.map(
      ({ name, files, bytes, whole }): Fact => [
        name,
        files === 0
          ? 'not stored'
          : `${countInWords(files, 'file')}, ${bytesInWords(bytes)}${whole ? '' : ', incomplete'}`,
      ],
    ),
    verification !== null && [
      'Verification',
      <VerificationPill
        key="verification"
        verification={verification}
        missing={false}
        incomplete={missingInWords(attachedFiles)}
        now={now}
      />,
    ],
  ];
  return <Facts facts={facts} />;
}
