import type { FileSystem } from './file-system.ts';

export const FILE_SYSTEM: FileSystem = {
  syncsFolders: true,
  hasModes: true,
  namesAreBytes: true,
  replacesOpenFiles: true,
  reserved: null,
};
