import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { CopyRow } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, assertStillReachable, withDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError, isOfSource } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { removeUnlisted } from './remove-copy.ts';
import { tidyUp } from './remove-unfinished-uploads.ts';
import { SnapshotUpload } from './snapshot-upload.ts';
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
    work: (handle) => new CopyRun(core, destination, handle).work(),
  });
}

/** Brings what waits for one destination there, the newest first. */
class CopyRun {
  readonly #core: CoreContext;
  readonly #destination: StoredDestination;
  readonly #handle: RunHandle;
  readonly #tried = new Set<string>();
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
    const snapshot = catalog.snapshots.get(row.snapshotId);
    if (snapshot === undefined) return;
    catalog.copies.set({ ...row, state: 'copying', message: null });
    const upload = new SnapshotUpload(this.#core, this.#destination, this.#handle, driver, snapshot, this.#bytes);
    try {
      await upload.store();
      await assertStillReachable(this.#core, this.#destination, driver);
    } catch (error) {
      const wanted = this.#isWanted(row);
      const explained = await this.#whyItBroke(driver, explainError(error, snapshot.name));
      if (!isOfSource(explained)) await upload.clearMountPoint();
      if (!isOfSource(explained) && classifyFailure(explained.code) !== 'bad') {
        if (wanted) catalog.copies.set({ ...row, state: 'waiting' });
        throw explained;
      }
      if (!wanted) return;
      if (isOfSource(explained)) return this.#leaveWithoutSource(row, snapshot.name, explained);
      catalog.copies.set({ ...row, state: 'failed', at: this.#now(), message: explained.message });
      log('error', explained.message);
      return;
    } finally {
      this.#bytes = upload.bytes;
    }
    if (!this.#isWanted(row)) return this.#drop(driver, upload.stored);
    catalog.copies.set({ ...row, state: 'stored', at: this.#now(), message: null });
    catalog.copies.clearStarted(this.#destination.id, snapshot.id);
    this.#copied += 1;
    this.#bytes += snapshot.sizeBytes;
    log('info', `Copied ${snapshot.name}, ${bytesInWords(snapshot.sizeBytes)}.`);
    await this.#emptyOutbox();
    this.#tell(snapshot.planId);
  }

  /** A snapshot may be deleted, or let go by the retention, while it is being copied. */
  #isWanted({ snapshotId, destinationId }: CopyRow): boolean {
    return this.#core.catalog.copies.get(snapshotId, destinationId) !== undefined;
  }

  async #drop(driver: Destination, stored: { id: string; name: string }): Promise<void> {
    await removeUnlisted(driver, this.#destination, stored);
    this.#core.catalog.copies.clearStarted(this.#destination.id, stored.id);
    this.#handle.log('info', `${stored.name} was deleted while it was copied; the copy was removed too.`);
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
