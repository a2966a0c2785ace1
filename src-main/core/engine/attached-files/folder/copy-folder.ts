import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { nameInWords } from '../../../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords, countInWords } from '../../../../../src-shared/words/wording.ts';
import { errorCode, explainError } from '../../engine-errors.ts';
import { onDisk } from '../../files/byte-names.ts';
import { explainWrite } from '../../files/disk-full.ts';
import { publishUnique, requireWritableFolder, syncFolder } from '../../files/durable-files.ts';
import { removedAtEnd, removeTree } from '../../files/remove-tree.ts';
import type { TaskContext } from '../../task-context.ts';
import {
  type AttachedFileRequest,
  type AttachedFileSource,
  describeSnapshot,
  openSource,
} from '../attached-file-request.ts';
import { inParallel } from '../in-parallel.ts';
import { Pace } from '../pace.ts';
import { hashStable, SourceTrouble } from '../read-source-file.ts';
import { CANNOT, type SystemCalls, systemCalls } from '../system-calls.ts';
import { rightsOf, TreeWriter } from '../tree-writer.ts';
import { sameTime } from './compare-folder.ts';
import { byPath, type Entry, type FileEntry, keptMtime, type LeftOut } from './folder-entry.ts';
import { type FolderIndex, readIndex, writeIndex } from './folder-index.ts';
import { endedName, type FolderSnapshot, folderSnapshots, partialName, updateLatest } from './folder-snapshots.ts';
import { type Scanned, scanFolder, type Trouble } from './scan-folder.ts';

/** How often the folder is looked through again for what changed or went while it was being read. */
const PASSES = 3;

/** A snapshot of a folder that was stored as a dated folder. */
export interface CopiedFolder extends Omit<FolderSnapshot, 'writtenNs'> {
  /** Files that share their bytes with an earlier snapshot. */
  linkedFiles: number;
  copiedFiles: number;
  copiedBytes: number;
}

/**
 * Stores a folder as a dated folder. Files that are as they were are hard links to the newest snapshot before; the
 * others are copied. It gets its name when all of it is synced, so what can be seen is never half. What could not be
 * read is not in it, and the result says so; `latest` then stays where it is.
 * @throws SnapkeepError when the source or the destination cannot be used, `NO_SPACE`, `CANCELLED`
 */
export async function copyFolder(
  request: AttachedFileRequest,
  context: TaskContext,
  calls: SystemCalls = systemCalls(),
): Promise<CopiedFolder> {
  await requireWritableFolder(request.destination);
  const source = await openSource(request, () => context.throwIfCancelled());
  const partial = join(request.destination, partialName(source.stem, request.runId));
  await using _partial = removedAtEnd(partial);
  try {
    const copy = new FolderCopy(request, source, partial, context, calls);
    const stored = await copy.store();
    if (request.latestName !== null && stored.facts.whole) {
      const trouble = await updateLatest(request.destination, source.stem, request.latestName, request.runId);
      if (trouble !== null) context.log('warning', trouble);
    }
    return stored;
  } catch (error) {
    throw explainWrite(error, 'destination', request.destination);
  }
}

/** The snapshot that unchanged files are linked to. */
interface Base extends FolderIndex {
  path: string;
}

class FolderCopy {
  readonly #request: AttachedFileRequest;
  readonly #source: AttachedFileSource;
  readonly #partial: string;
  readonly #context: TaskContext;
  readonly #calls: SystemCalls;
  readonly #writer: TreeWriter;
  readonly #pace = new Pace();
  /** What is in the partial folder so far. */
  readonly #stored = new Map<string, Entry>();
  #base: Base | undefined;
  #linked = new Set<string>();
  #copiedBytes = 0;
  #done = 0;
  #total = 0;

  constructor(
    request: AttachedFileRequest,
    source: AttachedFileSource,
    partial: string,
    context: TaskContext,
    calls: SystemCalls,
  ) {
    this.#request = request;
    this.#source = source;
    this.#partial = partial;
    this.#context = context;
    this.#calls = calls;
    this.#writer = new TreeWriter(partial, calls, () => context.throwIfCancelled());
  }

  async store(): Promise<CopiedFolder> {
    const createdAt = this.#context.now();
    this.#base = await this.#openBase();
    const leftOut = await this.#copyAll();
    const entries = [...this.#stored.values()].sort(byPath);
    const facts = describeSnapshot(this.#request, this.#source.stem, createdAt, { entries, ...leftOut });
    this.#context.throwIfCancelled();
    this.#context.progress('storing', 0, null);
    await writeIndex(this.#partial, facts, entries);
    await this.#writer.finish(entries, 'private');
    const name = await this.#publish(createdAt);
    const linkedFiles = this.#linked.size;
    const copiedFiles = facts.files - linkedFiles;
    this.#report(name, linkedFiles, copiedFiles, leftOut.problems);
    const path = join(this.#request.destination, name);
    return { name, path, facts, linkedFiles, copiedFiles, copiedBytes: this.#copiedBytes };
  }

  /** The newest snapshot of this folder whose index can be read: size and time tell nothing of the files of another. */
  async #openBase(): Promise<Base | undefined> {
    const source = this.#request.as?.source ?? this.#request.sourcePath;
    for await (const { name, path, facts } of folderSnapshots(this.#request.destination, this.#source.stem)) {
      if (facts.source !== source) continue;
      try {
        return { path, ...(await readIndex(path)) };
      } catch (error) {
        this.#context.log('warning', `${name} is not reused: ${explainError(error, path).message}`);
      }
    }
    return undefined;
  }

  /** Copies the current content; where something changed or was removed meanwhile, scans again. */
  async #copyAll(): Promise<{ skipped: LeftOut[]; problems: LeftOut[] }> {
    for (let pass = 1; ; pass++) {
      const scan = await scanFolder(this.#source.root, this.#source.scan);
      const present = new Set(scan.entries.map(({ path }) => path));
      for (const path of [...this.#stored.keys()].reverse()) if (!present.has(path)) await this.#forget(path);
      this.#total = scan.entries.reduce((sum, { type, stats }) => sum + (type === 'file' ? Number(stats.size) : 0), 0);
      this.#done = 0;
      const problems = [...scan.problems];
      // Folders one after the other, so that each exists before what is in it.
      for (const entry of scan.entries) if (entry.type === 'folder') await this.#keepFolder(entry);
      await inParallel(scan.entries, (entry) => this.#keep(entry, problems));
      if (pass === PASSES || !problems.some(({ passing }) => passing)) {
        return { skipped: scan.skipped, problems: problems.sort(byPath).map(({ path, reason }) => ({ path, reason })) };
      }
    }
  }

  async #keepFolder({ path, stats }: Scanned): Promise<void> {
    const before = this.#stored.get(path);
    if (before !== undefined && before.type !== 'folder') await this.#forget(path);
    if (before?.type !== 'folder') await this.#writer.folder(path);
    this.#stored.set(path, { type: 'folder', path, ...rightsOf(stats) });
  }

  async #keep(entry: Scanned, problems: Trouble[]): Promise<void> {
    this.#context.throwIfCancelled();
    try {
      if (entry.type === 'link') await this.#keepLink(entry);
      else if (entry.type === 'file') await this.#keepFile(entry);
    } catch (error) {
      if (!(error instanceof SourceTrouble)) throw error;
      problems.push({ path: entry.path, reason: error.message, passing: error.passing });
    }
  }

  async #keepLink({ path, stats, target }: Scanned): Promise<void> {
    await this.#forget(path);
    const { mode: _, ...rights } = rightsOf(stats);
    const entry: Entry = { type: 'link', path, target, ...rights };
    await this.#writer.link(entry);
    this.#stored.set(path, entry);
  }

  async #keepFile({ path, stats }: Scanned): Promise<void> {
    const before = this.#stored.get(path);
    if (before?.type !== 'file' || !looksSame(before, stats)) {
      await this.#forget(path);
      const linked = await this.#linkUnchanged(path, stats);
      this.#stored.set(path, linked ?? (await this.#copyFile(path)));
      if (linked === undefined) return;
    }
    this.#advance(Number(stats.size));
  }

  #advance(bytes: number): void {
    this.#done += bytes;
    // What had to be read twice counts twice.
    this.#context.progress('copying', Math.min(this.#done, this.#total), this.#total);
  }

  async #linkUnchanged(path: string, stats: BigIntStats): Promise<FileEntry | undefined> {
    const old = this.#base?.entries.get(path);
    if (this.#base === undefined || old?.type !== 'file' || !sameRights(old, stats)) return undefined;
    if (BigInt(old.size) !== stats.size || !sameTime(old, stats)) return undefined;
    const stored = join(this.#base.path, path);
    if (!(await this.#isAsStored(stored, old))) return undefined;
    if (old.fresh) {
      const sha256 = await hashStable(join(this.#source.root, path), () => this.#context.throwIfCancelled());
      if (sha256 !== old.sha256) return undefined;
    }
    if (!(await this.#link(stored, path))) return undefined;
    this.#linked.add(path);
    const { fresh: _, keptMtime: __, ...rest } = old;
    const mtime = String(stats.mtimeNs);
    const kept = keptMtime(old);
    return {
      ...rest,
      mtime,
      ...(kept === mtime ? {} : { keptMtime: kept }),
      ...(isFresh(stats.mtimeNs) ? { fresh: true } : {}),
    };
  }

  /** A stored file that was changed since is not passed on. */
  async #isAsStored(stored: string, old: FileEntry): Promise<boolean> {
    try {
      const stats = await this.#pace.run(
        () => lstatSync(onDisk(stored), { bigint: true }),
        () => lstat(onDisk(stored), { bigint: true }),
      );
      if (stats.isFile() && stats.size === BigInt(old.size) && String(stats.mtimeNs) === keptMtime(old)) return true;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    }
    this.#context.log('warning', `${nameInWords(stored)} has changed since it was stored; the file is copied again.`);
    return false;
  }

  async #link(stored: string, path: string): Promise<boolean> {
    try {
      await this.#calls.link(stored, this.#writer.at(path));
      return true;
    } catch (error) {
      // A file can have a limited number of names, not every file may be given another, and a prune may have removed it.
      if (!CANNOT.has(errorCode(error) ?? '') && errorCode(error) !== 'ENOENT') throw error;
      return false;
    }
  }

  async #copyFile(path: string): Promise<FileEntry> {
    const startedNs = BigInt(Date.now()) * 1_000_000n;
    const { stats, sha256, bytes, mtimeNs } = await this.#writer.copy(join(this.#source.root, path), path, (read) => {
      this.#advance(read);
    });
    this.#copiedBytes += bytes;
    return {
      type: 'file',
      path,
      ...rightsOf(stats),
      size: bytes,
      sha256,
      ...(mtimeNs === stats.mtimeNs ? {} : { keptMtime: String(mtimeNs) }),
      ...(isFresh(stats.mtimeNs, startedNs) ? { fresh: true } : {}),
    };
  }

  /** Removes what an earlier pass has stored. */
  async #forget(path: string): Promise<void> {
    if (!this.#stored.delete(path)) return;
    this.#linked.delete(path);
    for (const inside of [...this.#stored.keys()].filter((other) => other.startsWith(`${path}/`))) {
      this.#stored.delete(inside);
      this.#linked.delete(inside);
    }
    await removeTree(this.#writer.at(path));
  }

  async #publish(createdAt: Date): Promise<string> {
    const { destination } = this.#request;
    // A snapshot is never empty, and so is never replaced by a rename.
    const name = await publishUnique(
      (attempt) => endedName(this.#request, createdAt, attempt),
      (free) => rename(this.#partial, join(destination, free)),
    );
    await syncFolder(destination);
    return name;
  }

  #report(name: string, linked: number, copied: number, problems: readonly LeftOut[]): void {
    this.#context.log(
      'info',
      `Stored ${name}: ${countInWords(linked, 'file')} unchanged, ${countInWords(copied, 'file')} copied (${bytesInWords(this.#copiedBytes)}).`,
    );
    for (const { path, reason } of problems.slice(0, 20))
      this.#context.log('warning', `${nameInWords(path)} ${reason}.`);
    if (problems.length > 20) this.#context.log('warning', `${problems.length - 20} more could not be stored.`);
  }
}

function looksSame(entry: FileEntry, stats: BigIntStats): boolean {
  return BigInt(entry.size) === stats.size && sameTime(entry, stats) && sameRights(entry, stats) && !entry.fresh;
}

/** A hard link shares mode and owner. Owners count only for root: nobody else could store them. */
function sameRights(entry: FileEntry, stats: BigIntStats): boolean {
  const { mode, uid, gid } = rightsOf(stats);
  return mode === entry.mode && (process.getuid?.() !== 0 || (uid === entry.uid && gid === entry.gid));
}

/** Clocks of file systems tick: of FAT every 2 seconds, of others at least 50 times a second. */
function isFresh(mtimeNs: bigint, readAtNs = BigInt(Date.now()) * 1_000_000n): boolean {
  const tickNs = mtimeNs % 1_000_000_000n === 0n ? 2_000_000_000n : 20_000_000n;
  return mtimeNs + tickNs >= readAtNs;
}
