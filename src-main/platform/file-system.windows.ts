import type { FileSystem } from './file-system.ts';

/** Rights are lists, which a folder has from the one above it; a rename is durable without a sync of its folder. */
export const FILE_SYSTEM: FileSystem = {
  syncsFolders: false,
  hasModes: false,
  namesAreBytes: false,
  replacesOpenFiles: false,
  reserved: /[\\:]/,
};
