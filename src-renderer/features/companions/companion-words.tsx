import { IconDeviceSdCard, IconFile, IconFolder } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { CompanionKind, SnapshotCompanion } from '../../../src-shared/model/companion.ts';

const KINDS: Record<CompanionKind, { words: string; Icon: ComponentType<{ size: number; 'aria-label': string }> }> = {
  folder: { words: 'Folder', Icon: IconFolder },
  file: { words: 'File', Icon: IconFile },
  image: { words: 'Disk or image', Icon: IconDeviceSdCard },
};

/** What kind of companion something is, in a word. */
export const companionKindInWords = (kind: CompanionKind): string => KINDS[kind].words;

/** The same as an icon. */
export function CompanionIcon({ kind, size = 18 }: { kind: CompanionKind; size?: number }) {
  const { words, Icon } = KINDS[kind];
  return (
    <span className="kind-icon" title={words}>
      <Icon size={size} aria-label={words} />
    </span>
  );
}

/** How a companion was stored, in a few words. */
export const WAYS: Record<SnapshotCompanion['way'], string> = {
  'linked-folder': 'a folder with links',
  archive: 'an archive',
  image: 'an image',
};
