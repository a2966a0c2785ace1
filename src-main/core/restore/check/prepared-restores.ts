import { rm } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Snapshot } from '../../../../src-shared/model/snapshot.ts';
import type { PreparedFiles } from '../replace/restore-attached-files.ts';
import type { PreparedRestore } from './check-restore.ts';

/** A restore that has been checked and waits to be confirmed; what it needs is staged. */
export type WaitingRestore = {
  confirmation: string;
  stagingFolder: string;
  /** The destination whose copy it was; `null`: it was any file. */
  destinationId: string | null;
} & ({ what: 'database'; prepared: PreparedRestore } | { what: 'files'; files: PreparedFiles; snapshot: Snapshot });

/** Each holds a whole unpacked database, so only a few are kept. */
const MOST = 3;

/** The restores that have been checked and neither finished nor thrown away. */
export class PreparedRestores {
  readonly #byRun = new Map<string, WaitingRestore>();
  readonly #inUse = new Set<string>();
  /** Thrown away while in use: gone once they are free. */
  readonly #unwanted = new Set<string>();

  async keep(checkRunId: string, waiting: WaitingRestore): Promise<void> {
    this.#byRun.set(checkRunId, waiting);
    const free = [...this.#byRun.keys()].filter((id) => !this.#inUse.has(id));
    for (const id of free.slice(0, -MOST)) await this.discard(id);
  }

  /**
   * @throws SnapkeepError `CONFLICT` when it is gone or is being restored already, or when the confirmation is not the
   * one of this check
   */
  confirm(checkRunId: string, confirmation: string): WaitingRestore {
    const waiting = this.#byRun.get(checkRunId);
    if (waiting !== undefined && !this.#inUse.has(checkRunId) && waiting.confirmation === confirmation) return waiting;
    throw stale();
  }

  /** Keeps it for a run until {@link release}: nobody else starts it, and nobody takes its image away. */
  hold(checkRunId: string): void {
    this.#inUse.add(checkRunId);
  }

  /** Gives it free when its run has ended, so that one that has failed can be tried again. */
  async release(checkRunId: string): Promise<void> {
    this.#inUse.delete(checkRunId);
    if (this.#unwanted.delete(checkRunId)) await this.discard(checkRunId);
  }

  /** Throws it away; one in use once its run has ended. */
  async discard(checkRunId: string): Promise<void> {
    if (this.#inUse.has(checkRunId)) this.#unwanted.add(checkRunId);
    else await this.finish(checkRunId);
  }

  /** It is done, and its image is needed no more. */
  async finish(checkRunId: string): Promise<void> {
    const waiting = this.#byRun.get(checkRunId);
    this.#byRun.delete(checkRunId);
    if (waiting !== undefined) await rm(waiting.stagingFolder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const id of [...this.#byRun.keys()]) await this.finish(id);
  }
}

const stale = (): SnapkeepError =>
  new SnapkeepError('CONFLICT', 'This restore must be reviewed again before it can start.', {
    hint: 'Nothing was changed. Open the review again.',
  });
