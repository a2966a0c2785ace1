import type { CheckName, Verification } from '../../../src-shared/model/verification.ts';
import type { Clock } from '../ports.ts';

/**
 * Returns what a list of files shows of a copy that was not read, as its newest verification.
 * @param outcome `failed`: the copy is not valid; `warning`: it is not verified any more
 * @param message a sentence
 */
export function listingFinding(
  name: CheckName,
  outcome: 'failed' | 'warning',
  message: string,
  clock: Clock,
): Verification {
  const valid = outcome === 'warning';
  return {
    valid,
    stored: valid ? 'unknown' : 'different',
    content: 'unknown',
    unchecked: [],
    level: 'none',
    at: clock.now().toISOString(),
    durationMs: 0,
    message: valid ? message : `Not valid: ${message}`,
    tables: [],
    checks: [{ name, outcome, on: 'copy', detail: message }],
  };
}
