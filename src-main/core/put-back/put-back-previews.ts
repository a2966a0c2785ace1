import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { BrowseSource } from '../../../src-shared/model/rows/browse.ts';
import type { PutBackPreview } from '../../../src-shared/model/rows/put-back.ts';
import type { SqlPiece } from '../../../src-shared/model/rows/sql-piece.ts';
import type { PutBackOrder } from '../engine/put-back/plan-rows.ts';
import type { WrittenRows } from '../engine/put-back/write-rows.ts';

/** A preview with what was asked for, and what it came to where it was tried: by these it is done once it is confirmed. */
export interface KeptPreview {
  preview: PutBackPreview;
  source: BrowseSource;
  order: PutBackOrder;
  written: WrittenRows;
  /** The statements, in pieces; `null`: they are not kept. */
  sql: readonly string[] | null;
}

const MOST = 20;
/** So much SQL is kept, in characters. */
export const MOST_SQL = 64 * 1024 * 1024;

/** The last previews of rows to put back. They have values of databases, which may be encrypted: they are in no run. */
export class PutBackPreviews {
  readonly #kept = new Map<string, KeptPreview>();

  keep(runId: string, kept: KeptPreview): void {
    this.#kept.set(runId, kept);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST)) this.#kept.delete(oldest);
    this.#limitSql();
  }

  /** The newest keep their SQL. */
  #limitSql(): void {
    let length = 0;
    for (const kept of [...this.#kept.values()].reverse()) {
      length += (kept.sql ?? []).reduce((sum, piece) => sum + piece.length, 0);
      if (length > MOST_SQL) kept.sql = null;
    }
  }

  /** Returns a piece of the statements. @throws SnapkeepError `NOT_FOUND` */
  sql(runId: string, offset: number): SqlPiece {
    const { sql } = this.require(runId);
    if (sql === null)
      throw new SnapkeepError('NOT_FOUND', 'The SQL of this preview is not kept.', {
        hint: 'At most 64 MB are kept. Preview the rows again, or fewer of them.',
      });
    return { sql: sql[offset] ?? '', next: offset + 1 < sql.length ? offset + 1 : null };
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
