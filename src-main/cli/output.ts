import { type ErrorCode, SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { bytesInWords } from '../../src-shared/rules/wording.ts';
import { explainError } from '../core/engine/engine-errors.ts';

/** What the process ends with; 75 and 78 as in sysexits.h. */
export const EXIT = { done: 0, failed: 1, usage: 2, notValid: 3, tryAgain: 75, tooNew: 78, interrupted: 130 } as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  BUSY: EXIT.tryAgain,
  LOCKED: EXIT.tryAgain,
  UNAVAILABLE: EXIT.tryAgain,
  TOO_NEW: EXIT.tooNew,
  CANCELLED: EXIT.interrupted,
};

/** A mistake in how the command was called. */
export class UsageError extends Error {}

/** Prints a result: as JSON alone on standard output, or in words. */
export function print(json: boolean, value: unknown, words: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${words}\n`);
}

/** Says something beside the result. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Says what went wrong and what to do, and answers the exit code for it. */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof UsageError) {
    say(error.message);
    return EXIT.usage;
  }
  const body = explainError(error, 'the command').toBody();
  say(`${body.code}: ${body.message}${body.hint === undefined ? '' : `\n${body.hint}`}`);
  if (json) process.stdout.write(`${JSON.stringify({ error: body }, null, 2)}\n`);
  return BY_CODE[body.code] ?? EXIT.failed;
}

/** A run that ended badly, as an error. */
export function errorOf(run: Run): SnapkeepError {
  if (run.error !== null) return SnapkeepError.fromBody(run.error);
  return new SnapkeepError('INTERNAL', `The ${run.kind} ended without a result.`, { hint: 'Try again.' });
}

/** Shows on a terminal how far a run is, in one line that is written over. */
export function showProgress(run: Run): void {
  if (!process.stderr.isTTY) return;
  const { phase, done, total, rate } = run.progress;
  const share = total === null || total === 0 ? '' : ` ${Math.floor((done / total) * 100)} %`;
  const speed = rate === null ? '' : `, ${bytesInWords(rate)}/s`;
  process.stderr.write(
    `\r\u001b[K${run.waitingFor === null ? `${phase}${share}${speed}` : `waiting for ${run.waitingFor}`}`,
  );
}

/** Takes the line of progress away. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
