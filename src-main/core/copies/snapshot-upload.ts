import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { hasLetters, namesWithLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { assertStillReachable, isBareMountPoint } from '../destinations/destination-access.ts';
import type { Destination, TransferOptions, UploadSource } from '../destinations/drivers/destination.ts';
import { whyNoLinks } from '../engine/attached-files/folder/link-ability.ts';
import { explainError, ofSource } from '../engine/engine-errors.ts';
import { manifestPath, manifestText } from '../engine/files/manifest-files.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { copyAttachedFiles } from './copy-attached-files.ts';
import { type FetchedCopy, fetchSnapshot, storedDestinations } from './fetch-snapshot.ts';
import { removeUnlisted } from './remove-copy.ts';
import { manifestAt, removeAttachedFilesAt } from './stored-attached-files.ts';
import { checkedSource, hasContent } from './stored-content.ts';

/** What is to be stored: all of it, or its size and hash. */
type Content = Buffer | { sizeBytes: number; sha256: string };

/** Stores one snapshot at a destination: its attached files, its manifest, then its file. */
export class SnapshotUpload {
  readonly #core: CoreContext;
  readonly #destination: StoredDestination;
  readonly #handle: RunHandle;
  readonly #driver: Destination;
  readonly #snapshot: Snapshot;
  /** The names of the files that this upload has put there. */
  readonly #put: string[] = [];
  #name: string;
  #bytes: number;

  /** @param bytes what the run has stored before */
  constructor(
    core: CoreContext,
    destination: StoredDestination,
    handle: RunHandle,
    driver: Destination,
    snapshot: Snapshot,
    bytes: number,
  ) {
    this.#core = core;
    this.#destination = destination;
    this.#handle = handle;
    this.#driver = driver;
    this.#snapshot = snapshot;
    this.#name = core.catalog.copies.nameOf(snapshot, destination.id);
    this.#bytes = bytes;
  }

  /** What the run has stored by now, attached files of this snapshot included, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The snapshot as it is called at the destination. */
  get stored(): { id: string; name: string } {
    return { id: this.#snapshot.id, name: this.#name };
  }

  /** Removes what this upload has put into a mount point whose disk has gone: another time it would be under the disk. */
  async clearMountPoint(): Promise<void> {
    if (!(await isBareMountPoint(this.#core, this.#destination, this.#driver))) return;
    await removeUnlisted(this.#driver, this.#destination, this.stored);
    for (const name of this.#put) await this.#driver.delete(name);
  }

  /**
   * Fetches the snapshot from its nearest copy, and stores its attached files, its manifest and its file, under the first
   * of its names that nothing has.
   * @throws SnapkeepError
   */
  async store(): Promise<void> {
    const source = await this.#fetch();
    try {
      const [first, ...others] = await this.#names();
      this.#begin(first);
      const manifest = await this.#describe(source);
      for (const next of [...others, undefined]) {
        try {
          return await this.#storeFile(source, { ...manifest, name: this.#name });
        } catch (error) {
          if (explainError(error, this.#name).code !== 'CONFLICT') throw error;
          const taken = this.#name;
          this.#begin(next ?? this.#snapshot.name);
          if (next === undefined) throw error;
          this.#handle.log('info', `${taken} is taken in ${this.#driver.label}. Using ${next}.`);
        }
      }
    } finally {
      if (source.destination.settings.kind !== 'folder') {
        // With its manifest and its attached files.
        await rm(dirname(source.path), { recursive: true, force: true });
      }
    }
  }

  /** The names that it may have there: first the one it has, or had when an upload was interrupted. */
  async #names(): Promise<[string, ...string[]]> {
    const { id, name } = this.#snapshot;
    const lettered = namesWithLetters(name, id);
    const keeps = this.#name !== name || hasLetters(name, id) || (await this.#takesNames());
    return [...new Set(keeps ? [this.#name, ...lettered] : lettered)] as [string, ...string[]];
  }

  /** Whether of two machines that store under one name at the same time only one succeeds. */
  async #takesNames(): Promise<boolean> {
    const { settings } = this.#destination;
    if (settings.kind === 's3') return settings.conditionalWrites;
    return settings.kind === 'folder' && (await whyNoLinks(settings.path, this.#name, this.#handle.id)) === null;
  }

  #begin(name: string): void {
    this.#name = name;
    this.#core.catalog.copies.markStarted(this.#destination.id, this.stored);
  }

  async #storeFile(source: FetchedCopy, manifest: Manifest): Promise<void> {
    const { id, sizeBytes, sha256, attachedFiles } = this.#snapshot;
    const driver = this.#driver;
    const { name } = manifest;
    const described = Buffer.from(manifestText(manifest));
    await this.#upload(manifestPath(name), bytesSource(described), described);
    try {
      await this.#upload(name, checkedSource(source.path, this.#snapshot), { sizeBytes, sha256 });
    } catch (error) {
      const { code } = explainError(error, name);
      // In the mount point of a disk that has gone, other files may have the name.
      if (code === 'CONFLICT') await assertStillReachable(this.#core, this.#destination, driver);
      // What will never follow must not be described; attached files stay where another name is tried.
      if (classifyFailure(code) === 'bad') {
        if (code !== 'CONFLICT' && attachedFiles.length > 0)
          await removeAttachedFilesAt(driver, this.#destination, name, id);
        await driver.delete(manifestPath(name));
      }
      throw error;
    }
    await this.#requireStored(manifestPath(name), described);
    this.#core.catalog.copies.describe(id, this.#destination.id, manifest);
  }

  /** The manifest as it is to be there, once the attached files are: they come first, for it says how they are stored. */
  async #describe(source: FetchedCopy): Promise<Manifest> {
    const { id } = this.#snapshot;
    const manifest = source.expected;
    if (manifest.attachedFiles.length === 0) return manifest;
    const from = { snapshotPath: source.path, manifest, destination: this.#destination };
    const there = await copyAttachedFiles(this.#core, this.#handle, from, async (path, expected) => {
      await this.#upload(expected.name, checkedSource(path, expected), expected);
      this.#bytes += expected.sizeBytes;
    });
    // A manifest that an interrupted run has stored stays as it is, so that its bytes are counted once.
    const before = await manifestAt(this.#driver, this.#name);
    const same = there.map((attachedFile) => {
      const known = (before?.id === id ? before : undefined)?.attachedFiles.find(
        ({ storedName }) => storedName === attachedFile.storedName,
      );
      return { ...attachedFile, diskBytes: known?.diskBytes ?? attachedFile.diskBytes };
    });
    return { ...manifest, attachedFiles: same };
  }

  async #fetch(): Promise<FetchedCopy> {
    const snapshot = this.#snapshot;
    try {
      const stored = storedDestinations(this.#core, snapshot);
      const destinations = stored.destinations.filter(({ id }) => id !== this.#destination.id);
      return await fetchSnapshot(this.#core, { ...stored, destinations }, this.#handle, 'everything');
    } catch (error) {
      const explained = explainError(error, snapshot.name);
      throw explained.code === 'CANCELLED' ? explained : ofSource(explained);
    }
  }

  /** Stores something, unless exactly that is stored already: an upload may have ended without its answer. */
  async #upload(name: string, source: UploadSource, content: Content): Promise<void> {
    const { signal, progress } = this.#handle;
    if (await this.#isStored(name, content)) return;
    const before = this.#bytes;
    const total = before + this.#left();
    const options: TransferOptions = Buffer.isBuffer(content)
      ? { signal, runId: this.#handle.id }
      : { signal, runId: this.#handle.id, onProgress: (bytes) => progress('uploading', before + bytes, total) };
    if (!Buffer.isBuffer(content)) progress('uploading', before, total);
    try {
      await this.#driver.put(name, source, options);
      this.#put.push(name);
    } catch (error) {
      const mayBeThere = explainError(error, name).code === 'CONFLICT';
      if (!mayBeThere || !(await this.#isStored(name, content))) throw error;
    }
  }

  /** @throws SnapkeepError `CONFLICT` when something else has the name */
  async #isStored(name: string, content: Content): Promise<boolean> {
    const driver = this.#driver;
    const there = await driver.stat(name);
    if (there === undefined) return false;
    if (await hasContent(driver, there, content, this.#handle.signal)) return true;
    throw new SnapkeepError('CONFLICT', `${name} already exists in ${driver.label} with different content.`, {
      hint: 'Nothing was overwritten. Move that file away, then try again.',
    });
  }

  /** What was stored is read back: a copy without its own manifest could not be told from another's. */
  async #requireStored(manifestName: string, described: Buffer): Promise<void> {
    const driver = this.#driver;
    const there = await driver.stat(manifestName);
    if (there !== undefined && (await hasContent(driver, there, described, this.#handle.signal))) return;
    throw new SnapkeepError('CORRUPT', `${manifestName} in ${driver.label} has changed since it was stored.`, {
      hint: 'Check the disk or server, and whether another program writes to it. Then try again.',
    });
  }

  #left(): number {
    return this.#core.catalog.copies.waiting(this.#destination.id).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
}

const bytesSource = (data: Buffer): UploadSource => ({ bytes: data.length, open: () => Readable.from([data]) });
