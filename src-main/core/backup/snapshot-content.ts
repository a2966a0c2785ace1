import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { SchemaVersionQuery } from '../../../src-shared/model/plan.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { inPiecesOf } from '../engine/dump/pieces.ts';
import { requireReadableDump } from '../engine/dump/require-readable.ts';
import { dumpPieces } from '../engine/dump/write-dump.ts';
import { explainError, explainedAs } from '../engine/engine-errors.ts';
import { reservedBytesOf } from '../engine/identify/database-header.ts';
import { PIECE_BYTES, type StoredDigest, storeImage, storePieces } from '../engine/packing/compress.ts';
import type { Encryptor } from '../engine/packing/encryption.ts';
import {
  type CopyOptions,
  copyImage,
  fileIdentity,
  type Image,
  requireSameFile,
  warnOfWaiting,
} from '../engine/sqlite/copy-image.ts';
import type { CopiedImage } from '../engine/sqlite/copy-together.ts';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import { describeDatabase } from '../engine/sqlite/describe-database.ts';
import { warnOfUnseenNames } from '../engine/sqlite/hard-links.ts';
import { openForReading, startOf } from '../engine/sqlite/open-database.ts';
import { askSchemaVersion } from '../engine/sqlite/schema-version.ts';
import { orCancelled, type TaskContext } from '../engine/task-context.ts';
import { type ContentCheck, type Described, describeImage, type ImageRequest } from '../verify/check-image.ts';
import { checkBeside, type ImageCheck } from '../verify/check-while-storing.ts';

/** What is to be read, and in which form. */
export interface ContentRequest {
  sourcePath: string;
  /** A copy of the source, made together with those of other databases: it is read instead, and removed. `null`: there is none. */
  copied: CopiedImage | null;
  method: BackupMethod;
  schemaVersion: SchemaVersionQuery;
  /** Whether the copy of a database is checked while it is stored. */
  check: boolean;
}

/** How it is stored. */
export interface Packing {
  compression: Compression;
  encryptor: Encryptor | null;
}

/** What a snapshot will hold: one state of a database, ready to be stored once. In the end the source is closed, and what was staged removed. */
export interface SnapshotContent extends AsyncDisposable {
  method: Manifest['method'];
  /** The instant whose content it is. */
  takenAt: Date;
  /** What opens the source; `null`: it is not encrypted. */
  unlocking: Unlocking | null;
  /** Packs it and hands on what is to be stored. */
  store(how: Packing, write: (piece: Uint8Array) => void): Promise<StoredDigest>;
  /** Describes what was stored. @throws SnapkeepError where SQLite cannot read it */
  described(): Promise<Described>;
  /** What SQLite finds in it, checked while it is stored; `null`: it is not checked, or only once it is stored. */
  checked: Promise<ContentCheck> | null;
}

/**
 * Reads one state of a database that other programs write to. A dump is made while it is stored: it needs no room beside
 * it, and holds its read transaction until it is closed.
 * @param encrypted what is stored will be encrypted: only then an encrypted database may be dumped, for a dump is plain text
 * @param askForRoom told the bytes of an image before it is copied, and throws when there is no room; by default the staging folder is asked
 * @throws SnapkeepError
 */
export function readContent(
  request: ContentRequest,
  encrypted: boolean,
  context: TaskContext,
  askForRoom?: (imageBytes: number) => Promise<void>,
): Promise<SnapshotContent> {
  return request.method === 'dump'
    ? dumpContent(request, encrypted, context)
    : imageContent(request, context, askForRoom);
}

async function imageContent(
  request: ContentRequest,
  context: TaskContext,
  askForRoom?: (imageBytes: number) => Promise<void>,
): Promise<SnapshotContent> {
  const compact = request.method === 'compact';
  const image = await imageOf(request, join(context.stagingFolder, 'image.db'), { compact, askForRoom }, context);
  try {
    context.progress('reading', 0, null);
    const asked = imageRequest(image, request);
    if (request.check) return contentOfImage(image, await checkBeside(asked, context), context);
    return contentOfImage(image, describedAlready(describeImage(asked, context)), context);
  } catch (error) {
    await rm(image.path, { force: true });
    throw error;
  }
}

/** Copies the source, or takes the copy that was made of it. @param path where a copy that is still to be made goes */
async function imageOf(
  { sourcePath, copied }: ContentRequest,
  path: string,
  options: CopyOptions,
  context: TaskContext,
): Promise<Image> {
  if (copied === null) return copyImage(sourcePath, path, context, options);
  const { database, unlocking } = await openForReading(copied.path, context);
  database.close();
  const taken = { takenAt: new Date(copied.takenAt), journalMode: copied.journalMode, unlocking };
  if (!options.compact) return { ...taken, path: copied.path, method: copied.method };
  const { method } = await copyImage(copied.path, path, context, options);
  await rm(copied.path);
  return { ...taken, path, method };
}

/** What is known of a copy that is not checked. */
export const describedAlready = (described: Described): Known => ({
  described: Promise.resolve(described),
  checked: null,
  requireUnchanged: async () => {},
  stop: () => true,
});

/** What is known, or is being found out, of a copy. */
type Known = Omit<ImageCheck, 'checked'> & Pick<SnapshotContent, 'checked'>;

/** A staged copy of a database and what is known of it, ready to be stored. */
export function contentOfImage(image: Image, known: Known, context: TaskContext): SnapshotContent {
  return {
    method: image.method,
    takenAt: image.takenAt,
    unlocking: image.unlocking,
    described: () => orCancelled(known.described, context),
    checked: known.checked,
    store: async (how, write) => {
      const total = (await stat(image.path)).size;
      const digest = await storeImage(image.path, how, write, (bytes) => {
        context.throwIfCancelled();
        context.progress('compressing', bytes, total);
      });
      await known.requireUnchanged();
      return digest;
    },
    [Symbol.asyncDispose]: async () => {
      // What a thread still reads goes with the staging folder.
      if (known.stop()) await rm(image.path, { force: true });
    },
  };
}

/** What is asked of a staged copy. */
export function imageRequest(
  { path, unlocking, journalMode }: Image,
  { sourcePath, schemaVersion }: Pick<ContentRequest, 'sourcePath' | 'schemaVersion'>,
): ImageRequest {
  return { path, unlocking, journalMode, sourcePath, schemaVersion };
}

const reservedIn = async (path: string): Promise<number> =>
  reservedBytesOf(await startOf(path).catch(explainedAs(path)));

async function dumpContent(
  request: ContentRequest,
  encrypted: boolean,
  context: TaskContext,
): Promise<SnapshotContent> {
  const { copied } = request;
  const path = copied?.path ?? request.sourcePath;
  const before = await fileIdentity(path);
  // Read before SQLite has the file open: closing a descriptor would free its locks.
  const reserved = await reservedIn(path);
  const { database, unlocking } = await openForReading(path, context);
  try {
    if (unlocking !== null) requireDumpable(request.sourcePath, unlocking, encrypted);
    requireReadableDump(database, request.sourcePath, () => context.throwIfCancelled());
    context.progress('reading', 0, null);
    const takenAt = copied === null ? context.now() : new Date(copied.takenAt);
    const facts = describeDatabase(database, () => context.throwIfCancelled());
    const schemaVersion = askSchemaVersion(database, request.schemaVersion, request.sourcePath, context);
    const counted = new Map<string, number>();
    if (reserved > 0)
      context.log(
        'warning',
        `Each page of ${request.sourcePath} has ${countInWords(reserved, 'reserved byte')}; a SQL dump does not keep them. The method online does.`,
      );
    if (copied === null) await warnOfUnseenNames(request.sourcePath, facts.journalMode, context);
    if (copied === null) warnOfWaiting(facts.journalMode, 'the dump is written', context);
    return {
      method: 'sql-dump',
      takenAt,
      unlocking,
      checked: null,
      described: async () => {
        // An index that is out of step tells another number.
        const tables = facts.tables.map(({ name, rows }) => ({ name, rows: counted.get(name) ?? rows }));
        return { facts: { ...facts, tables }, schemaVersion };
      },
      store: async (how, write) => {
        const pieces = inPiecesOf(PIECE_BYTES, dumpPieces(database, counted));
        const digest = await storePieces(pieces, how, write, (bytes) => {
          context.throwIfCancelled();
          context.progress('compressing', bytes, null);
        });
        await requireSameFile(path, before);
        return digest;
      },
      [Symbol.asyncDispose]: async () => {
        database.close();
        if (copied !== null) await rm(copied.path, { force: true });
      },
    };
  } catch (error) {
    database.close();
    throw explainError(error, request.sourcePath);
  }
}

/** @throws SnapkeepError `UNSUPPORTED` */
function requireDumpable(path: string, { salt }: Unlocking, encrypted: boolean): void {
  if (!encrypted) {
    throw new SnapkeepError('UNSUPPORTED', `${path} is encrypted, and its SQL dump would be plain text.`, {
      hint: 'Nothing was stored. Choose another method, or encrypt the snapshots of this plan.',
    });
  }
  // It stands in no file, and other databases with the same key have others.
  if (salt !== null) {
    throw new SnapkeepError(
      'UNSUPPORTED',
      `${path} has a plaintext header and its own salt, which a SQL dump does not keep.`,
      { hint: 'Nothing was stored. Choose the method online for this plan.' },
    );
  }
}
