import type { BigIntStats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { explainedAs } from '../../engine-errors.ts';
import type { TaskContext } from '../../task-context.ts';
import { inParallel } from '../in-parallel.ts';
import { hashStable, SourceTrouble } from '../read-source-file.ts';
import { byPath, type Entry, type FileEntry, type LeftOut, type SnapshotFacts } from './folder-entry.ts';
import { readIndex } from './folder-index.ts';
import { type Scanned, scanFolder } from './scan-folder.ts';

export interface FolderVerification {
  facts: SnapshotFacts;
  /** What is not as the index says. Empty: every file has its size and its SHA-256, and nothing was added. */
  damage: LeftOut[];
}

/**
 * Reads all files of a snapshot and compares them with its index.
 * @throws SnapkeepError `NOT_FOUND`, `CORRUPT` where the index itself is gone or damaged, `CANCELLED`
 */
export async function verifyFolder(path: string, context: TaskContext): Promise<FolderVerification> {
  const { facts, entries } = await readIndex(path);
  const root = await realpath(path).catch(explainedAs(path));
  const scan = await scanFolder(root, { exclude: [], throwIfCancelled: () => context.throwIfCancelled() });
  const damage: LeftOut[] = [
    ...scan.problems.map(({ path: at, reason }) => ({ path: at, reason })),
    ...scan.skipped.map(({ path: at, reason }) => ({ path: at, reason: `is not in the index and ${reason}` })),
  ];
  const found = new Map(scan.entries.map((entry) => [entry.path, entry]));
  let done = 0;
  await inParallel(entries, async ([name, entry]) => {
    const there = found.get(name);
    const reason = there === undefined ? 'is missing' : await damageOf(root, entry, there, context);
    if (reason !== null) damage.push({ path: name, reason });
    if (entry.type === 'file') done += entry.size;
    context.progress('verifying', done, facts.bytes);
  });
  for (const name of found.keys()) if (!entries.has(name)) damage.push({ path: name, reason: 'is not in the index' });
  return { facts, damage: damage.sort(byPath) };
}

async function damageOf(root: string, entry: Entry, there: Scanned, context: TaskContext): Promise<string | null> {
  if (there.type !== entry.type) return `is a ${there.type} and was a ${entry.type}`;
  if (entry.type === 'link') return there.target === entry.target ? null : 'points to another target';
  return entry.type === 'file' ? fileDamage(join(root, entry.path), entry, there.stats, context) : null;
}

async function fileDamage(
  path: string,
  entry: FileEntry,
  stats: BigIntStats,
  context: TaskContext,
): Promise<string | null> {
  if (stats.size !== BigInt(entry.size)) return `has ${stats.size} bytes and had ${entry.size}`;
  try {
    const sha256 = await hashStable(path, () => context.throwIfCancelled());
    return sha256 === entry.sha256 ? null : 'has changed content';
  } catch (error) {
    if (error instanceof SourceTrouble) return error.message;
    throw error;
  }
}
