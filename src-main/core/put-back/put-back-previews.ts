import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { BrowseSource } from '../../../src-shared/model/rows/browse.ts';
import type { PutBackPreview } from '../../../src-shared/model/rows/put-back.ts';
import type { PutBackOrder } from '../engine/put-back/plan-rows.ts';
import type { WrittenRows } from '../engine/put-back/write-rows.ts';

/** A preview with what was asked for, and what it came to where it was tried: by these it is done once it is confirmed. */
export interface KeptPreview {
  preview: PutBackPreview;
  source: BrowseSource;
  order: PutBackOrder;
  written: WrittenRows;
}

const MOST = 20;

/** The last previews of rows to put back. They have values of databases, which may be encrypted: they are in no run. */
export class PutBackPreviews {
  readonly #kept = new Map<string, KeptPreview>();

  keep(runId: string, kept: KeptPreview): void {
    this.#kept.set(runId, kept);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST)) this.#kept.delete(oldest);
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  require(runId: string): KeptPreview {
    const kept = this.#kept.get(runId);
    if (kept !== undefined) return kept;
    throw new SnapkeepError('NOT_FOUND', 'This preview is no longer available.', {
      hint: 'Nothing was changed. Preview the rows again.',
    });
  }
}
