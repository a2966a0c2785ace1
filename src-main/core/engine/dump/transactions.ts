import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Verdict } from './check-statement.ts';

/**
 * Follows the transactions of a dump. One that begins and commits shows where it ends; what stands outside of one may
 * have been followed by more.
 */
export class Transactions {
  /** Those that have begun and not ended, the outermost first; `null` stands for BEGIN, a name for a savepoint. */
  #open: Array<string | null> = [];
  #committed = 0;
  /** Content has come since the last transaction ended. */
  #contentSince = false;

  /** @param name of a savepoint */
  take(verdict: Verdict, name: string | null): void {
    if (verdict === 'run' || verdict === 'run-on-schema') this.#contentSince = true;
    else if (verdict === 'begin') {
      if (this.#open.length === 0 || name !== null) this.#open.push(name);
    } else if (verdict === 'end') this.#end(name);
  }

  #end(name: string | null): void {
    // COMMIT ends all of them, and RELEASE what has begun since its savepoint.
    const from = name === null ? 0 : this.#open.lastIndexOf(name);
    this.#open = this.#open.slice(0, Math.max(0, from));
    if (this.#open.length > 0) return;
    this.#committed += 1;
    this.#contentSince = false;
  }

  /**
   * Returns what is to be known of the end of the dump, as a sentence; `null`: it is whole.
   * @param line the last one, for the error
   * @throws SnapkeepError `CORRUPT` for one that is truncated
   */
  conclude(line: number): string | null {
    if (this.#open.length > 0) throw cutOff(`no COMMIT at its end, in line ${line}`, line);
    if (this.#committed === 0 && !this.#contentSince)
      throw cutOff(`it creates nothing up to its end, in line ${line}`, line);
    if (this.#contentSince)
      return 'The dump does not end with COMMIT, so truncation cannot be detected. Compare tables and rows with what you expect.';
    if (this.#committed > 1)
      return `The dump consists of ${this.#committed} transactions, so a missing one at its end cannot be detected. Compare tables and rows with what you expect.`;
    return null;
  }
}

/** A dump that ends too early. @param line where it does */
export function cutOff(why: string, line: number): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The dump is truncated: ${why}.`, {
    hint: 'Nothing was restored. Use another dump, or copy this one again.',
    details: { line },
  });
}
