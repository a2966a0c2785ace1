import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { explainError } from '../engine-errors.ts';
import type { Entry, LeftOut, SnapshotFacts } from './folder-entry.ts';
import { stemOf } from './folder-snapshots.ts';
import type { ScanOptions } from './scan-folder.ts';

/** A folder or a single file that is stored beside a database, and where to. */
export interface CompanionRequest {
  runId: string;
  /** A folder, or a file: then the snapshot is a folder with this one file in it. */
  sourcePath: string;
  /** The folder that the dated folders are in. It is never created. */
  destination: string;
  /** What the names of the snapshots begin with. */
  name: string;
  /** What ends their names: a dot and the companion's name, or nothing. */
  ending: string;
  /** Of the id of the snapshot that it belongs to, as `idLetters` makes them. */
  letters: string;
  /** Patterns in the manner of `.gitignore`, relative to the folder. */
  exclude: readonly string[];
  /** Whether a file is unchanged is told by its content, not by its size and time. All files are read. */
  compareContent: boolean;
  /** The link to the newest whole snapshot; `null`: none is kept. */
  latestName: string | null;
  /** What the source itself is a snapshot of: what is said of it holds for the copy, too. */
  as?: SnapshotFacts;
}

/** The source of a request, found out. */
export interface CompanionSource {
  root: string;
  stem: string;
  scan: ScanOptions;
}

/**
 * Finds out what a request is about. The source itself may be a link; from there on none is followed.
 * @throws SnapkeepError when the source is not there, or is neither a file nor a folder
 */
export async function openSource(
  { sourcePath, destination, name, ending, exclude }: Omit<CompanionRequest, 'compareContent' | 'latestName' | 'as'>,
  throwIfCancelled: () => void,
): Promise<CompanionSource> {
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
      throw new SnapkeepError('INVALID_PARAMS', `${sourcePath} is where its own snapshots are to be kept.`, {
        hint: 'Choose another folder for the snapshots.',
      });
    }
    return {
      root: path,
      stem: stemOf({ name, ending }),
      scan: { exclude, isSource: true, notThese: [kept], throwIfCancelled },
    };
  } catch (error) {
    throw explainError(error, sourcePath);
  }
}

/** What is said of a snapshot of a source; of a copy of a snapshot, what is said of that one. */
export function aboutSnapshot(
  { sourcePath, exclude, as }: Pick<CompanionRequest, 'sourcePath' | 'exclude' | 'as'>,
  stem: string,
  createdAt: Date,
): Pick<SnapshotFacts, 'id' | 'stem' | 'source' | 'createdAt' | 'exclude'> {
  if (as !== undefined) return { ...as, stem };
  return { id: randomUUID(), stem, source: sourcePath, createdAt: createdAt.toISOString(), exclude: [...exclude] };
}

/** Counts what a snapshot holds. */
export function describeEntries(
  entries: Iterable<Entry>,
  rest: Pick<SnapshotFacts, 'id' | 'stem' | 'source' | 'createdAt' | 'exclude'>,
  skipped: LeftOut[],
  problems: LeftOut[],
): SnapshotFacts {
  const counts = { files: 0, folders: 0, links: 0, bytes: 0 };
  for (const entry of entries) {
    if (entry.type === 'file') {
      counts.files += 1;
      counts.bytes += entry.size;
    } else if (entry.type === 'link') counts.links += 1;
    else if (entry.path !== '') counts.folders += 1;
  }
  return { ...rest, ...counts, whole: problems.length === 0, skipped, problems };
}
