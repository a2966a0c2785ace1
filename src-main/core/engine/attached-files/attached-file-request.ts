import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { nameInWords } from '../../../../src-shared/rules/names/byte-names.ts';
import { explainError, ofSource } from '../engine-errors.ts';
import type { Entry, LeftOut, SnapshotFacts } from './folder/folder-entry.ts';
import { stemOf } from './folder/folder-snapshots.ts';
import type { ScanOptions } from './folder/scan-folder.ts';

/** What is stored beside a database, or alone, and where to. */
export interface AttachedRequest {
  runId: string;
  sourcePath: string;
  /** The folder that it is stored in, which is never created. */
  destination: string;
  /** What the names of the snapshots begin with. */
  name: string;
  /** What ends their names: a dot and the name of what is stored, or nothing. */
  ending: string;
  /** Of the id of the snapshot that it belongs to, as `idLetters` makes them. */
  letters: string;
}

/** A folder that is stored file by file; a file is stored as a folder with this one file in it. */
export interface AttachedFileRequest extends AttachedRequest {
  /** Patterns in the manner of `.gitignore`, relative to the folder. */
  exclude: readonly string[];
  /** The link to the newest whole snapshot; `null`: none is kept. */
  latestName: string | null;
  /** What the source itself is a snapshot of: what is said of it holds for the copy, too. */
  as?: SnapshotFacts;
}

/** The source of a request, found out. */
export interface AttachedFileSource {
  root: string;
  stem: string;
  scan: ScanOptions;
}

/**
 * Finds out what a request is about. The source itself may be a link; from there on none is followed.
 * @throws SnapkeepError when the source is missing, or is neither a file nor a folder
 */
export async function openSource(
  { sourcePath, destination, name, ending, exclude }: Omit<AttachedFileRequest, 'latestName' | 'as'>,
  throwIfCancelled: () => void,
): Promise<AttachedFileSource> {
  try {
    const path = await realpath(sourcePath);
    const info = await stat(path);
    if (info.isFile()) {
      const only = basename(path);
      return { root: dirname(path), stem: stemOf({ name, ending }), scan: { exclude: [], only, throwIfCancelled } };
    }
    if (!info.isDirectory()) {
      throw new SnapkeepError('INVALID_PARAMS', `${sourcePath} is neither a file nor a folder.`, {
        hint: 'Choose a folder or a file; devices are stored as images.',
      });
    }
    const kept = await realpath(destination);
    if (kept === path) {
      throw new SnapkeepError('INVALID_PARAMS', `${sourcePath} is also the folder for its snapshots.`, {
        hint: 'Choose another folder for the snapshots.',
      });
    }
    return {
      root: path,
      stem: stemOf({ name, ending }),
      scan: { exclude, isSource: true, excludedPaths: [kept], throwIfCancelled },
    };
  } catch (error) {
    throw explainError(error, sourcePath);
  }
}

/** What was found in a source, and what of it is not in the snapshot. */
interface Found {
  entries: readonly Entry[];
  skipped: LeftOut[];
  problems: LeftOut[];
}

/**
 * Describes a snapshot of a source. Of a copy of a snapshot the same is said as of that one, which must still hold
 * what is said.
 * @throws SnapkeepError `UNAVAILABLE` or `CORRUPT`, of the source, when a snapshot that is copied cannot be read whole
 */
export function describeSnapshot(
  { sourcePath, exclude, as }: Pick<AttachedFileRequest, 'sourcePath' | 'exclude' | 'as'>,
  stem: string,
  createdAt: Date,
  { entries, skipped, problems }: Found,
): SnapshotFacts {
  const counts = countEntries(entries);
  if (as === undefined) {
    const made = { id: randomUUID(), stem, source: sourcePath, createdAt: createdAt.toISOString() };
    return { ...made, exclude: [...exclude], ...counts, whole: problems.length === 0, skipped, problems };
  }
  const [first] = problems;
  if (first !== undefined) {
    throw ofSource(
      new SnapkeepError('UNAVAILABLE', `${nameInWords(first.path)} in ${sourcePath} ${first.reason}.`, {
        hint: 'Check its disk, then copy again.',
      }),
    );
  }
  if (
    as.files !== counts.files ||
    as.folders !== counts.folders ||
    as.links !== counts.links ||
    as.bytes !== counts.bytes
  ) {
    throw ofSource(
      new SnapkeepError('CORRUPT', `${sourcePath} was changed while it was copied.`, {
        hint: 'Verify the snapshot, then copy again.',
      }),
    );
  }
  return { ...as, stem };
}

function countEntries(entries: readonly Entry[]): Pick<SnapshotFacts, 'files' | 'folders' | 'links' | 'bytes'> {
  const counts = { files: 0, folders: 0, links: 0, bytes: 0 };
  for (const entry of entries) {
    if (entry.type === 'file') {
      counts.files += 1;
      counts.bytes += entry.size;
    } else if (entry.type === 'link') counts.links += 1;
    else if (entry.path !== '') counts.folders += 1;
  }
  return counts;
}
