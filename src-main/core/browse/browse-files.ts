import type { BrowsedFile, ValuePart } from '../../../src-shared/model/rows/browse.ts';
import { listStored, readStoredPart } from '../engine/attached-files/read-stored.ts';
import type { StoredFolder } from '../engine/attached-files/stage-snapshot.ts';
import { textOf } from '../engine/rows/read-cells.ts';
import type { TaskContext } from '../engine/task-context.ts';

/** How many files of a folder are listed. */
export const LISTED_FILES = 2000;

/** What is asked of an attached file of a snapshot. */
export interface StoredFilesRequest {
  stored: StoredFolder;
  /** A folder that is listed, or a file that is read. */
  path: string;
  /** `null`: the folder is listed. */
  part: { offset: number; length: number } | null;
}

/** What is answered: what is in a folder, or a part of a file. */
export interface StoredFilesAnswer {
  entries: BrowsedFile[];
  part: ValuePart | null;
}

/** Lists a folder in an attached file, or reads a part of a file. @throws SnapkeepError `NOT_FOUND` */
export async function browseFiles(
  { stored, path, part }: StoredFilesRequest,
  context: TaskContext,
): Promise<StoredFilesAnswer> {
  // One more says that there are more.
  if (part === null)
    return { entries: (await listStored(stored, path, context)).slice(0, LISTED_FILES + 1), part: null };
  const read = await readStoredPart(stored, path, part, context);
  const text = textOf(read.part, 'utf-8', part.offset + read.part.length < read.bytes);
  return {
    entries: [],
    part: {
      class: text === null || text.includes('\0') ? 'blob' : 'text',
      bytes: read.bytes,
      part: read.part.toString('base64'),
      encoding: 'utf-8',
    },
  };
}
