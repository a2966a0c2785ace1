import { IconDeviceSdCard, IconFile, IconFolder } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { AttachedFileKind, SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';

const KINDS: Record<AttachedFileKind, { words: string; Icon: ComponentType<{ size: number; 'aria-label': string }> }> =
  {
    folder: { words: 'Folder', Icon: IconFolder },
    file: { words: 'File', Icon: IconFile },
    image: { words: 'Disk or image', Icon: IconDeviceSdCard },
  };

/** Returns the kind of an attached file in words. */
export const attachedFileKindInWords = (kind: AttachedFileKind): string => KINDS[kind].words;

/** The kind of an attached file as an icon. */
export function AttachedFileIcon({ kind, size = 18 }: { kind: AttachedFileKind; size?: number }) {
  const { words, Icon } = KINDS[kind];
  return (
    <span className="kind-icon" title={words}>
      <Icon size={size} aria-label={words} />
    </span>
  );
}

/** How an attached file was stored, in words. */
export const WAYS: Record<SnapshotAttachedFile['way'], string> = {
  'linked-folder': 'folder with hard links',
  archive: 'archive',
  image: 'image',
};
