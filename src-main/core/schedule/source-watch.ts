import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { type Scan, scanFolder } from '../engine/attached-files/folder/scan-folder.ts';
import { sidecarPaths } from '../engine/files/durable-files.ts';

/** A scan of a folder that takes longer, in milliseconds, is followed by a rest. */
const LONG_SCAN_MS = 1000;
/** The rest, as a multiple of the scan: at most a twentieth of the time is spent on scans. */
const REST = 20;

interface Scanned {
  fingerprint: string;
  endedAt: number;
  tookMs: number;
}

/**
 * Tells whether what a plan backs up has changed: the files of its database, and its files and folders. Images are not
 * watched: that would mean to read them.
 */
export class SourceWatch {
  readonly #excludedPaths: (plan: Plan) => readonly string[];
  readonly #scans = new Map<string, Scanned>();

  /** @param excludedPaths folders in which a backup itself writes: passed over, so that none sets off the next */
  constructor(excludedPaths: (plan: Plan) => readonly string[]) {
    this.#excludedPaths = excludedPaths;
  }

  /** What the sources of a plan look like; another text means that they have changed. `null`: they are missing. */
  async fingerprintOf(plan: Plan): Promise<string | null> {
    const database = plan.sourceKind === 'database' ? await describeDatabase(plan.sourcePath) : null;
    if (plan.sourceKind === 'database' && database === null) return null;
    const watched = plan.attachedFiles.filter(({ kind }) => kind !== 'image');
    const beside: string[] = [];
    for (const attachedFile of watched) beside.push(await this.#describe(plan, attachedFile));
    if (database === null && beside.every((each) => each === '')) return null;
    return [database, ...beside].filter((each) => each !== null).join(' ');
  }

  async #describe(plan: Plan, { kind, path, exclude }: AttachedFile): Promise<string> {
    if (kind === 'file') return describeFile(path);
    const key = JSON.stringify([plan.id, path, exclude]);
    const last = this.#scans.get(key);
    const started = performance.now();
    if (last !== undefined && last.tookMs > LONG_SCAN_MS && started - last.endedAt < last.tookMs * REST)
      return last.fingerprint;
    const fingerprint = await describeFolder(await followed(path), exclude, this.#excludedPaths(plan));
    const endedAt = performance.now();
    this.#scans.set(key, { fingerprint, endedAt, tookMs: endedAt - started });
    return fingerprint;
  }
}

/** Sizes and times of a database with its log and journal; `null` when it is missing. */
async function describeDatabase(given: string): Promise<string | null> {
  const path = await followed(given);
  // SQLite keeps them beside the file that a link leads to.
  const { wal, journal } = sidecarPaths(path);
  const parts = await Promise.all([path, wal, journal].map(describeFile));
  return parts[0] === '' ? null : parts.join(' ');
}

async function followed(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Missing or unreadable: the check of the source reports it.
    return path;
  }
}

async function describeFile(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch {
    // Not there, or not to be seen: as good as not there.
    return '';
  }
}

async function describeFolder(
  path: string,
  exclude: readonly string[],
  excludedPaths: readonly string[],
): Promise<string> {
  try {
    return digestOf(await scanFolder(path, { exclude, excludedPaths, mustNotBlock: true, throwIfCancelled: () => {} }));
  } catch {
    // As above.
    return '';
  }
}

/** Of folders only that they exist: their times change with what is left out of them, too. */
function digestOf({ entries, problems }: Scan): string {
  const hash = createHash('sha256');
  for (const { type, path, stats, target } of entries) {
    const { size, mtimeNs, ctimeNs, mode } = stats;
    hash.update(`${type} ${path}\0${mode} ${type === 'folder' ? '' : `${size} ${mtimeNs} ${ctimeNs}`}\0${target}\0`);
  }
  for (const { path, reason } of problems) hash.update(`${path}\0${reason}\0`);
  return hash.digest('hex').slice(0, 32);
}
