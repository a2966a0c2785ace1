import { UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';

/** The size of a snapshot, and with files the space it added; opens its details. */
export function SizeCell({ snapshot, onOpen }: { snapshot: ListedSnapshot; onOpen(): void }) {
  const { attachedFiles, sizeBytes, apparentBytes, diskBytes, incomplete } = snapshot;
  return (
    <UnstyledButton className="size-cell" onClick={onOpen} aria-label={`Details: ${sizesInWords(snapshot)}`}>
      <span>
        {incomplete !== null && <IconAlertTriangle size={13} className="not-whole" aria-hidden />}
        {bytesInWords(attachedFiles.length === 0 ? sizeBytes : apparentBytes)}
      </span>
      {attachedFiles.length > 0 && <span className="age">+{bytesInWords(diskBytes)}</span>}
    </UnstyledButton>
  );
}

function sizesInWords({ attachedFiles, sizeBytes, apparentBytes, diskBytes, incomplete }: ListedSnapshot): string {
  if (attachedFiles.length === 0) return bytesInWords(sizeBytes);
  return `${bytesInWords(apparentBytes)}, ${bytesInWords(diskBytes)} added on disk${incomplete === null ? '' : ', incomplete'}`;
}
