import { rm } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PreparedRestore } from '../engine/restore-check.ts';

/** A restore that has been checked and waits to be confirmed; its image is staged. */
export interface WaitingRestore {
  prepared: PreparedRestore;
  stagingFolder: string;
}

/** Each holds a whole unpacked database, so only a few are kept. */
const MOST = 3;

/** The restores that have been checked and neither started nor thrown away. */
export class PreparedRestores {
  readonly #byRun = new Map<string, WaitingRestore>();

  async keep(checkRunId: string, waiting: WaitingRestore): Promise<void> {
    this.#byRun.set(checkRunId, waiting);
    for (const id of [...this.#byRun.keys()].slice(0, -MOST)) await this.discard(id);
  }

  /** @throws SnapkeepError `CONFLICT` when it is gone, or when the confirmation is not the one of this check */
  confirm(checkRunId: string, confirmation: string): WaitingRestore {
    const waiting = this.#byRun.get(checkRunId);
    if (waiting !== undefined && waiting.prepared.check.confirmation === confirmation) return waiting;
    throw new SnapkeepError('CONFLICT', 'This restore has to be looked at again before it can start.', {
      hint: 'Nothing was changed. Open the review again.',
    });
  }

  async discard(checkRunId: string): Promise<void> {
    const waiting = this.#byRun.get(checkRunId);
    this.#byRun.delete(checkRunId);
    if (waiting !== undefined) await rm(waiting.stagingFolder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const id of [...this.#byRun.keys()]) await this.discard(id);
  }
}
