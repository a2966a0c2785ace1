import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RowResults } from './row-results.ts';

/** Results of so many searches are kept. */
const KEPT = 20;

/**
 * The results of searches for rows, by their runs. They are kept in memory alone: rows of encrypted databases are not
 * to be on a disk.
 */
export class RowSearches {
  readonly #results = new Map<string, RowResults>();

  add(runId: string, results: RowResults): void {
    this.#results.set(runId, results);
    const [oldest] = this.#results.keys();
    if (this.#results.size > KEPT && oldest !== undefined) this.#results.delete(oldest);
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  require(runId: string): RowResults {
    const results = this.#results.get(runId);
    if (results !== undefined) return results;
    throw new SnapkeepError('NOT_FOUND', 'The results of this search are no longer available.', {
      hint: `Search again. The results of the last ${KEPT} searches are kept until Snapkeep ends.`,
    });
  }
}
