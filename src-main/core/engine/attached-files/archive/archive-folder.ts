import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Compression } from '../../../../../src-shared/model/values.ts';
import { nameInWords } from '../../../../../src-shared/rules/names/byte-names.ts';
import { countInWords } from '../../../../../src-shared/words/wording.ts';
import { isDiskFull } from '../../engine-errors.ts';
import { diskFull, explainWrite } from '../../files/disk-full.ts';
import { removedAtEnd } from '../../files/remove-tree.ts';
import { PIECE_BYTES, type StoredDigest, storePieces } from '../../packing/compress.ts';
import type { Encryptor } from '../../packing/encryption.ts';
import type { TaskContext } from '../../task-context.ts';
import { type AttachedFileRequest, describeSnapshot, openSource } from '../attached-file-request.ts';
import { byPath, type Entry, type LeftOut, type SnapshotFacts } from '../folder/folder-entry.ts';
import { INDEX_NAME, indexText } from '../folder/folder-index.ts';
import { endedName } from '../folder/folder-snapshots.ts';
import { type Scanned, scanFolder, type Trouble } from '../folder/scan-folder.ts';
import { readStable, readThrough, SourceTrouble } from '../read-source-file.ts';
import { systemCalls } from '../system-calls.ts';
import { rightsOf, TreeWriter } from '../tree-writer.ts';
import { inPieces, type TarWriter, tarBytes, withHash } from './tar-format.ts';

/** Takes the bytes of an archive in order; a promise that is not yet kept holds the rest back. */
export type ArchiveSink = (piece: Uint8Array) => void | Promise<void>;

export interface ArchiveRequest extends Omit<AttachedFileRequest, 'latestName'> {
  compression: Compression;
  /** What it is encrypted with; `null`: it is not. */
  encryptor: Encryptor | null;
}

/** A folder that was stored as one archive. */
export interface ArchivedFolder {
  /** The folder in the archive that everything is in; the archive is named after it. */
  name: string;
  facts: SnapshotFacts;
  /** `image` is the archive as it is unpacked. */
  digest: StoredDigest;
}

/** Files up to this size are read into memory; larger ones are staged, for a file that changes must not be half in. */
const IN_MEMORY_BYTES = 8 * 1024 * 1024;
const PASSES = 3;

/** What an archive of this compression is called at its end. */
export function archiveExtension(compression: Compression, encrypted: boolean): string {
  return `${compression === 'none' ? '.tar' : `.tar.${compression}`}${encrypted ? '.age' : ''}`;
}

/**
 * Writes a folder, or a file, as one archive that any `tar` reads, with the index as its last entry.
 * @param takenAt what its name says
 * @throws SnapkeepError when the source cannot be used, what the sink throws, `CANCELLED`
 */
export async function archiveFolder(
  request: ArchiveRequest,
  sink: ArchiveSink,
  context: TaskContext,
  takenAt: Date = context.now(),
): Promise<ArchivedFolder> {
  const source = await openSource(request, () => context.throwIfCancelled());
  const name = endedName(request, takenAt);
  const staging = join(context.stagingFolder, `archive-${request.runId}`);
  await mkdir(staging, { mode: 0o700 });
  await using _staging = removedAtEnd(staging);
  try {
    const contents = new ArchiveContents(source.root, staging, context);
    let facts: SnapshotFacts | undefined;
    const bytes = tarBytes(name, async (archive) => {
      const leftOut = await contents.addAll(archive, () => scanFolder(source.root, source.scan));
      const entries = contents.entries();
      facts = describeSnapshot(request, source.stem, takenAt, { entries, ...leftOut });
      await addIndex(archive, facts, entries, takenAt);
    });
    const digest = await storePieces(inPieces(bytes, PIECE_BYTES), request, sink, () => context.throwIfCancelled());
    if (facts === undefined) throw new Error('The archive ended without its index.');
    for (const { path, reason } of facts.problems.slice(0, 20))
      context.log('warning', `${nameInWords(path)} ${reason}.`);
    context.log('info', `Packed ${countInWords(facts.files, 'file')} into one archive.`);
    return { name, facts, digest };
  } catch (error) {
    const use = request.destination === context.stagingFolder ? 'staging' : 'destination';
    throw explainWrite(error, use, request.destination, request.sourcePath);
  }
}

async function addIndex(archive: TarWriter, facts: SnapshotFacts, entries: Entry[], at: Date): Promise<void> {
  const index = Buffer.from([...indexText(facts, entries)].join(''));
  const mtime = String(BigInt(at.getTime()) * 1_000_000n);
  await archive.add({ type: 'file', path: INDEX_NAME, mtime, uid: 0, gid: 0, mode: 0o600, size: index.length }, index);
}

class ArchiveContents {
  readonly #root: string;
  readonly #staging: string;
  readonly #context: TaskContext;
  readonly #writer: TreeWriter;
  readonly #added = new Map<string, Entry>();
  #done = 0;
  #total = 0;

  constructor(root: string, staging: string, context: TaskContext) {
    this.#root = root;
    this.#staging = staging;
    this.#context = context;
    this.#writer = new TreeWriter(staging, systemCalls(), () => context.throwIfCancelled());
  }

  entries(): Entry[] {
    return [...this.#added.values()].sort(byPath);
  }

  /** Adds the current content; where something changed or was removed meanwhile, scans again. */
  async addAll(
    archive: TarWriter,
    rescan: () => ReturnType<typeof scanFolder>,
  ): Promise<{ skipped: LeftOut[]; problems: LeftOut[] }> {
    for (let pass = 1; ; pass++) {
      const scan = await rescan();
      const problems: Trouble[] = [...scan.problems];
      this.#total = scan.entries.reduce((sum, { type, stats }) => sum + (type === 'file' ? Number(stats.size) : 0), 0);
      for (const entry of scan.entries) if (!this.#added.has(entry.path)) await this.#add(archive, entry, problems);
      if (pass === PASSES || !problems.some(({ passing }) => passing)) {
        return { skipped: scan.skipped, problems: problems.sort(byPath).map(({ path, reason }) => ({ path, reason })) };
      }
    }
  }

  async #add(archive: TarWriter, scanned: Scanned, problems: Trouble[]): Promise<void> {
    this.#context.throwIfCancelled();
    const { type, path, stats, target } = scanned;
    if (type !== 'file') {
      const { mode, ...rights } = rightsOf(stats);
      const entry: Entry = type === 'link' ? { type, path, target, ...rights } : { type, path, mode, ...rights };
      await archive.add(entry);
      this.#added.set(path, entry);
      return;
    }
    try {
      const large = stats.size > BigInt(IN_MEMORY_BYTES);
      this.#added.set(path, await (large ? this.#addStaged(archive, path) : this.#addFromMemory(archive, path)));
    } catch (error) {
      if (!(error instanceof SourceTrouble)) throw error;
      problems.push({ path, reason: error.message, passing: error.passing });
    }
    this.#done += Number(stats.size);
    this.#context.progress('compressing', Math.min(this.#done, this.#total), this.#total);
  }

  async #addFromMemory(archive: TarWriter, path: string): Promise<Entry> {
    let content: Buffer = Buffer.alloc(0);
    const stats = await readStable(join(this.#root, path), async (source, { size }) => {
      const pieces: Buffer[] = [];
      const bytes = readThrough(source, size, (piece) => {
        this.#context.throwIfCancelled();
        pieces.push(Buffer.from(piece));
      });
      content = Buffer.concat(pieces);
      return bytes;
    });
    const head = { type: 'file' as const, path, ...rightsOf(stats), size: content.length };
    await archive.add(head, content);
    return withHash(head, createHash('sha256').update(content).digest('hex'));
  }

  async #addStaged(archive: TarWriter, path: string): Promise<Entry> {
    const name = 'file';
    const { stats, sha256, bytes } = await this.#stage(path, name);
    await using _staged = removedAtEnd(join(this.#staging, name));
    const head = { type: 'file' as const, path, ...rightsOf(stats), size: bytes };
    await archive.add(head, createReadStream(join(this.#staging, basename(name)), { highWaterMark: PIECE_BYTES }));
    return withHash(head, sha256);
  }

  async #stage(path: string, name: string): ReturnType<TreeWriter['copy']> {
    try {
      return await this.#writer.copy(join(this.#root, path), name, () => {}, STAGED);
    } catch (error) {
      throw isDiskFull(error) ? diskFull('staging', this.#context.stagingFolder, error) : error;
    }
  }
}

/** A staged file is Snapkeep's own for a moment. */
const STAGED = { mode: 0o600, mtime: '0', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
