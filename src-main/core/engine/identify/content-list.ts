import type { StoredAttachedFile } from '../../../../src-shared/model/attached-file.ts';

/** How each list of contents begins; what follows is the number of its form. */
export const CONTENT_LIST_START = '{\n  "snapkeepFiles": ';

/** What a list of contents is about. */
export interface ContentListFacts {
  planName: string;
  takenAt: Date;
  attachedFiles: readonly StoredAttachedFile[];
}

/**
 * The main file of a snapshot of files: what it holds, as JSON that people can read. It says nothing of how and under
 * which names that is stored, for this differs from destination to destination and stands in the manifest there.
 */
export function contentList({ planName, takenAt, attachedFiles }: ContentListFacts): Buffer {
  const contents = attachedFiles.map(({ name, kind, path, files, bytes, whole, problems }) => ({
    ...{ name, kind, path, files, bytes, whole },
    missing: problems,
  }));
  const list = { snapkeepFiles: 1, plan: planName, createdAt: takenAt.toISOString(), contents };
  return Buffer.from(`${JSON.stringify(list, null, 2)}\n`, 'utf8');
}
