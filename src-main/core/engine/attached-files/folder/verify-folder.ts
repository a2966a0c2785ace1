import type { BigIntStats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { explainedAs } from '../../engine-errors.ts';
import type { TaskContext } from '../../task-context.ts';
import { inParallel } from '../in-parallel.ts';
import { hashStable, SourceTrouble } from '../read-source-file.ts';
import { byPath, type Entry, type FileEntry, type LeftOut, type SnapshotFacts } from './folder-entry.ts';
import { readIndex } from './folder-index.ts';
import { AT_ONCE, type Scanned, scanFolder } from './scan-folder.ts';

export interface FolderVerification {
  facts: SnapshotFacts;
  files: number;
  bytes: number;
  /** What is not as the index says. Empty: every file has its size and its SHA-256, and nothing was added. */
  damage: LeftOut[];
}

/** SHA-256 by inode, for snapshots that share files: what one of them has had read need not be read for the next. */
export type KnownHashes = Map<string, string>;

/**
 * Reads all files of a snapshot and compares them with its index.
 * @param known hashes of this verification's other snapshots; added to
 * @throws SnapkeepError `NOT_FOUND`, `CORRUPT` where the index itself is gone or damaged, `CANCELLED`
 */
export async function verifyFolder(
  path: string,
  context: TaskContext,
  known: KnownHashes = new Map(),
): Promise<FolderVerification> {
  const { facts, entries } = await readIndex(path);
  const root = await realpath(path).catch(explainedAs(path));
  const scan = await scanFolder(root, { exclude: [], throwIfCancelled: () => context.throwIfCancelled() });
  const damage: LeftOut[] = [
    ...scan.problems.map(({ path: at, reason }) => ({ path: at, reason })),
    ...scan.skipped.map(({ path: at, reason }) => ({ path: at, reason: `is not in the index and ${reason}` })),
  ];
  const found = new Map(scan.entries.map((entry) => [entry.path, entry]));
  let done = 0;
  await inParallel(entries, AT_ONCE, async ([name, entry]) => {
    const there = found.get(name);
    const reason = there === undefined ? 'is missing' : await damageOf(root, entry, there, known, context);
    if (reason !== null) damage.push({ path: name, reason });
    if (entry.type === 'file') done += entry.size;
    context.progress('verifying', done, facts.bytes);
  });
  for (const name of found.keys()) if (!entries.has(name)) damage.push({ path: name, reason: 'is not in the index' });
  return { facts, files: facts.files, bytes: facts.bytes, damage: damage.sort(byPath) };
}

async function damageOf(
  root: string,
  entry: Entry,
  there: Scanned,
  known: KnownHashes,
  context: TaskContext,
): Promise<string | null> {
  if (there.type !== entry.type) return `is a ${there.type} and was a ${entry.type}`;
  if (entry.type === 'link') return there.target === entry.target ? null : 'points to another target';
  return entry.type === 'file' ? fileDamage(join(root, entry.path), entry, there.stats, known, context) : null;
}

async function fileDamage(
  path: string,
  entry: FileEntry,
  stats: BigIntStats,
  known: KnownHashes,
  context: TaskContext,
): Promise<string | null> {
  if (stats.size !== BigInt(entry.size)) return `has ${stats.size} bytes and had ${entry.size}`;
  // The time of the last change of the inode is in the key, so that a file that changes meanwhile is read again.
  const key = `${stats.dev}:${stats.ino}:${stats.ctimeNs}`;
  try {
    const sha256 = known.get(key) ?? (await hashStable(path, () => context.throwIfCancelled()));
    known.set(key, sha256);
    return sha256 === entry.sha256 ? null : 'has changed content';
  } catch (error) {
    if (error instanceof SourceTrouble) return error.message;
    throw error;
  }
}
