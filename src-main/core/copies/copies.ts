import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { CopyRow } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import {
  assertReachable,
  assertStillReachable,
  isBareMountPoint,
  withDestination,
} from '../destinations/destination-access.ts';
import type { Destination, TransferOptions, UploadSource } from '../destinations/drivers/destination.ts';
import { explainError, isOfSource, ofSource } from '../engine/engine-errors.ts';
import { manifestPath, manifestText } from '../engine/files/manifest-files.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { copyAttachedFiles } from './copy-attached-files.ts';
import { type FetchedCopy, fetchSnapshot, storedDestinations } from './fetch.ts';
import { removeUnlisted } from './removal.ts';
import { manifestAt, removeAttachedFilesAt } from './stored-attached-files.ts';
import { checkedSource, hasContent } from './stored-content.ts';
import { tidyUp } from './tidy-up.ts';
import { emptyOutbox } from './wanted-copies.ts';

/** Queues the copying of all that waits for a destination; `null` when nothing does. One run goes on at a time. */
export function startCopyRun(core: CoreContext, destination: StoredDestination): Run | null {
  const running = core.runs.active().find((run) => run.kind === 'copy' && run.destinationId === destination.id);
  if (running !== undefined) return running;
  const waiting = core.catalog.copies.waiting(destination.id);
  if (waiting.length === 0 && core.catalog.copies.abandoned(destination.id).length === 0) return null;
  const planIds = new Set(waiting.map(({ planId }) => planId));
  const planId = planIds.size === 1 ? (waiting[0]?.planId ?? null) : null;
  return core.runs.start({
    kind: 'copy',
    planId,
    planName: planId === null ? null : (core.catalog.plans.get(planId)?.name ?? null),
    destinationId: destination.id,
    subject: destination.name,
    locks: [`copies to ${destinationLabel(destination.settings)}`],
    folders: [],
    work: (handle) => new CopyRun(core, destination, handle).work(),
  });
}

/** What is to be stored: all of it, or its size and hash. */
type Content = Buffer | { sizeBytes: number; sha256: string };

/** Brings what waits for one destination there, the newest first. */
class CopyRun {
  readonly #core: CoreContext;
  readonly #destination: StoredDestination;
  readonly #handle: RunHandle;
  readonly #tried = new Set<string>();
  /** The names of the files of the last snapshot that this run has put there. */
  #put: string[] = [];
  #copied = 0;
  #bytes = 0;

  constructor(core: CoreContext, destination: StoredDestination, handle: RunHandle) {
    this.#core = core;
    this.#destination = destination;
    this.#handle = handle;
  }

  async work(): Promise<RunResult> {
    const { copies } = this.#core.catalog;
    const { id, name } = this.#destination;
    try {
      await withDestination(this.#core, this.#destination, async (driver) => {
        await assertReachable(this.#core, this.#destination, driver);
        await tidyUp(this.#core, this.#destination, driver);
        try {
          for (let next = this.#next(); next !== undefined; next = this.#next()) {
            // A disk may be unmounted between two of them.
            if (this.#copied > 0) await assertReachable(this.#core, this.#destination, driver);
            await this.#copyNext(driver, next);
          }
        } catch (error) {
          throw await this.#whyItBroke(driver, explainError(error, name));
        }
      });
    } catch (error) {
      throw this.#giveUp(explainError(error, name));
    } finally {
      this.#tell();
    }
    const left = copies.waiting(id).length;
    const what = `${countInWords(this.#copied, 'snapshot')} to ${name}, ${bytesInWords(this.#bytes)}`;
    this.#handle.log('info', `Copied ${what}.`);
    return { kind: 'copy', destinationId: id, copied: this.#copied, bytes: this.#bytes, left };
  }

  /** A disk that vanishes gives all kinds of errors: then it is unavailable, and has not failed. */
  async #whyItBroke(driver: Destination, error: SnapkeepError): Promise<SnapkeepError> {
    if (error.code === 'CANCELLED' || classifyFailure(error.code) === 'unavailable') return error;
    try {
      await assertReachable(this.#core, this.#destination, driver);
      return error;
    } catch (now) {
      const explained = explainError(now, this.#destination.name);
      return classifyFailure(explained.code) === 'unavailable' ? explained : error;
    }
  }

  /** The newest one that has not been tried; new ones may have come meanwhile. */
  #next(): CopyRow | undefined {
    return this.#core.catalog.copies
      .waiting(this.#destination.id)
      .find(({ snapshotId }) => !this.#tried.has(snapshotId));
  }

  async #copyNext(driver: Destination, row: CopyRow): Promise<void> {
    const { catalog } = this.#core;
    const { signal, log } = this.#handle;
    if (signal.aborted) throw cancelledError();
    this.#tried.add(row.snapshotId);
    this.#put = [];
    const snapshot = catalog.snapshots.get(row.snapshotId);
    if (snapshot === undefined) return;
    catalog.copies.set({ ...row, state: 'copying', message: null });
    try {
      await this.#copy(driver, snapshot);
      await assertStillReachable(this.#core, this.#destination, driver);
    } catch (error) {
      const wanted = this.#isWanted(row);
      const explained = await this.#whyItBroke(driver, explainError(error, snapshot.name));
      if (!isOfSource(explained)) await this.#clearMountPoint(driver, snapshot);
      if (!isOfSource(explained) && classifyFailure(explained.code) !== 'bad') {
        if (wanted) catalog.copies.set({ ...row, state: 'waiting' });
        throw explained;
      }
      if (!wanted) return;
      if (isOfSource(explained)) return this.#leaveWithoutSource(row, snapshot.name, explained);
      catalog.copies.set({ ...row, state: 'failed', at: this.#now(), message: explained.message });
      log('error', explained.message);
      return;
    }
    if (!this.#isWanted(row)) return this.#drop(driver, snapshot);
    catalog.copies.set({ ...row, state: 'stored', at: this.#now(), message: null });
    catalog.copies.clearStarted(this.#destination.id, snapshot.id);
    this.#copied += 1;
    this.#bytes += snapshot.sizeBytes;
    log('info', `Copied ${snapshot.name}, ${bytesInWords(snapshot.sizeBytes)}.`);
    await this.#emptyOutbox();
    this.#tell(snapshot.planId);
  }

  /** Removes what this run has put into a mount point whose disk has gone: another time it would be under the disk. */
  async #clearMountPoint(driver: Destination, snapshot: Snapshot): Promise<void> {
    if (!(await isBareMountPoint(this.#core, this.#destination, driver))) return;
    await removeUnlisted(driver, this.#destination, snapshot);
    for (const name of this.#put) await driver.delete(name);
  }

  /** A snapshot may be deleted, or let go by the retention, while it is being copied. */
  #isWanted({ snapshotId, destinationId }: CopyRow): boolean {
    return this.#core.catalog.copies.ofSnapshot(snapshotId).some((copy) => copy.destinationId === destinationId);
  }

  async #drop(driver: Destination, snapshot: Snapshot): Promise<void> {
    await removeUnlisted(driver, this.#destination, snapshot);
    this.#core.catalog.copies.clearStarted(this.#destination.id, snapshot.id);
    this.#handle.log('info', `${snapshot.name} was deleted while it was copied; the copy was removed too.`);
  }

  /** What cannot be removed here says nothing of the copy, which is stored; it is tried again after the run. */
  async #emptyOutbox(): Promise<void> {
    try {
      await emptyOutbox(this.#core);
    } catch (error) {
      this.#handle.log('warning', explainError(error, 'the outbox').message);
    }
  }

  /** What it would be copied from may come back; what it would be copied to takes the next one. */
  #leaveWithoutSource(row: CopyRow, name: string, why: SnapkeepError): void {
    const gone = why.code === 'NOT_FOUND' || why.code === 'CORRUPT';
    const message = `${name} cannot be read for copying. ${why.message}`;
    this.#core.catalog.copies.set({
      ...row,
      state: gone ? 'failed' : 'waiting',
      at: gone ? this.#now() : row.at,
      message,
    });
    this.#handle.log(gone ? 'error' : 'warning', message);
  }

  /** What is wrong with the destination itself holds for all that waits for it. */
  #giveUp(error: SnapkeepError): SnapkeepError {
    const { copies } = this.#core.catalog;
    if (error.code === 'CANCELLED') return error;
    if (classifyFailure(error.code) === 'unavailable') copies.explainWaiting(this.#destination.id, error.message);
    else copies.failWaiting(this.#destination.id, this.#now(), error.message);
    return error;
  }

  async #copy(driver: Destination, snapshot: Snapshot): Promise<void> {
    const source = await this.#fetch(snapshot);
    try {
      const manifestName = manifestPath(snapshot.name);
      this.#core.catalog.copies.markStarted(this.#destination.id, snapshot);
      const manifest = await this.#describe(driver, source, snapshot);
      const described = Buffer.from(manifestText(manifest));
      await this.#store(driver, manifestName, bytesSource(described), described);
      try {
        const { sizeBytes, sha256 } = snapshot;
        await this.#store(driver, snapshot.name, checkedSource(source.path, snapshot), { sizeBytes, sha256 });
      } catch (error) {
        // What will never follow must not be described.
        if (classifyFailure(explainError(error, snapshot.name).code) === 'bad') {
          if (snapshot.attachedFiles.length > 0)
            await removeAttachedFilesAt(driver, this.#destination, snapshot.name, snapshot.id);
          await driver.delete(manifestName);
        }
        throw error;
      }
      await this.#requireStored(driver, manifestName, described);
      this.#core.catalog.copies.describe(snapshot.id, this.#destination.id, manifest);
    } finally {
      if (source.destination.settings.kind !== 'folder') {
        // With its manifest and its attached files.
        await rm(dirname(source.path), { recursive: true, force: true });
      }
    }
  }

  /** The manifest as it is to be there, once the attached files are: they come first, for it says how they are stored. */
  async #describe(driver: Destination, source: FetchedCopy, { id, name }: Snapshot): Promise<Manifest> {
    const manifest = source.expected;
    if (manifest.attachedFiles.length === 0) return manifest;
    const from = { snapshotPath: source.path, manifest, destination: this.#destination };
    const there = await copyAttachedFiles(this.#core, this.#handle, from, async (path, expected) => {
      await this.#store(driver, expected.name, checkedSource(path, expected), expected);
      this.#bytes += expected.sizeBytes;
    });
    // A manifest that an interrupted run has stored stays as it is, so that its bytes are counted once.
    const before = await manifestAt(driver, name);
    const same = there.map((attachedFile) => {
      const known = (before?.id === id ? before : undefined)?.attachedFiles.find(
        ({ storedName }) => storedName === attachedFile.storedName,
      );
      return { ...attachedFile, diskBytes: known?.diskBytes ?? attachedFile.diskBytes };
    });
    return { ...manifest, attachedFiles: same };
  }

  async #fetch(snapshot: Snapshot): Promise<FetchedCopy> {
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
  async #store(driver: Destination, name: string, source: UploadSource, content: Content): Promise<void> {
    const { signal, progress } = this.#handle;
    if (await this.#isStored(driver, name, content)) return;
    const before = this.#bytes;
    const total = before + this.#left();
    const options: TransferOptions = Buffer.isBuffer(content)
      ? { signal, runId: this.#handle.id }
      : { signal, runId: this.#handle.id, onProgress: (bytes) => progress('uploading', before + bytes, total) };
    if (!Buffer.isBuffer(content)) progress('uploading', before, total);
    try {
      await driver.put(name, source, options);
      this.#put.push(name);
    } catch (error) {
      const mayBeThere = explainError(error, name).code === 'CONFLICT';
      if (!mayBeThere || !(await this.#isStored(driver, name, content))) throw error;
    }
  }

  /** @throws SnapkeepError `CONFLICT` when something else has the name */
  async #isStored(driver: Destination, name: string, content: Content): Promise<boolean> {
    const there = await driver.stat(name);
    if (there === undefined) return false;
    if (await hasContent(driver, there, content, this.#handle.signal)) return true;
    throw new SnapkeepError('CONFLICT', `${name} already exists in ${driver.label} with different content.`, {
      hint: 'Nothing was overwritten. Move that file away, then try again.',
    });
  }

  /** What was stored is read back: a copy without its own manifest could not be told from another's. */
  async #requireStored(driver: Destination, manifestName: string, described: Buffer): Promise<void> {
    const there = await driver.stat(manifestName);
    if (there !== undefined && (await hasContent(driver, there, described, this.#handle.signal))) return;
    throw new SnapkeepError('CORRUPT', `${manifestName} in ${driver.label} has changed since it was stored.`, {
      hint: 'Check the disk or server, and whether another program writes to it. Then try again.',
    });
  }

  #left(): number {
    return this.#core.catalog.copies.waiting(this.#destination.id).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** @param planId without it, copies of all plans have changed */
  #tell(planId: string | null = null): void {
    this.#core.events.emit('snapshots.changed', { planId });
    if (planId === null) tellDestinations(this.#core, [this.#destination.id]);
    else {
      this.#core.events.emit('plans.changed', { planIds: [planId] });
      this.#core.events.emit('destinations.changed', { destinationIds: [this.#destination.id] });
    }
  }

  #now(): string {
    return this.#core.clock.now().toISOString();
  }
}

const bytesSource = (data: Buffer): UploadSource => ({ bytes: data.length, open: () => Readable.from([data]) });
