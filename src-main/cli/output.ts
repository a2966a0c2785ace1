import { type ErrorBody, type ErrorCode, SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Run, RunResult } from '../../src-shared/model/run.ts';
import { runShare } from '../../src-shared/rules/run-share.ts';
import { amountInWords, PHASE_LABELS, rateInWords } from '../../src-shared/words/run-words.ts';
import { terminalJson, terminalLine } from '../../src-shared/words/terminal-text.ts';
import { explainError } from '../core/engine/engine-errors.ts';

/** What the process ends with; 75 and 78 as in sysexits.h. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notValid: 3,
  incomplete: 4,
  tryAgain: 75,
  tooNew: 78,
  interrupted: 130,
} as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = { TOO_NEW: EXIT.tooNew, CANCELLED: EXIT.interrupted };

/** A mistake in how the command was called. */
export class UsageError extends Error {}

/** Whether the command was called with `--json`. */
let json = false;
/** What `--json` prints once the command has ended. */
const results: unknown[] = [];
let code: number = EXIT.done;

/** Makes {@link print} keep results for the one document of `--json`. */
export function printAsJson(): void {
  json = true;
}

/** The exit code of the last result. */
export const exitCode = (): number => code;

/**
 * Prints a result in words, or keeps it for the one document of `--json`.
 * @param words a line, or several. A line feed in one comes from a name, and is made visible
 * @param exit what the process ends with, unless the command fails afterwards
 */
export function print(value: unknown, words: string | readonly string[], exit: number = EXIT.done): void {
  code = exit;
  if (json) results.push(value);
  else writeLines(process.stdout, words);
}

/** Prints a script as it is: what a terminal takes for an order may stand in a value, and must stay what it is. */
export function printScript(value: unknown, script: string): void {
  if (json) results.push(value);
  else process.stdout.write(script);
}

/** Lines, or one that says there are none. */
export function linesOr(lines: readonly string[], none: string): readonly string[] {
  return lines.length === 0 ? [none] : lines;
}

/** Says something beside the result, on standard error. */
export function say(message: string | readonly string[]): void {
  writeLines(process.stderr, message);
}

/** Writes a text that files and other programs take as it is; on a terminal, which must not obey it, it is made safe. */
export function writeText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? text.split('\n').map(terminalLine).join('\n') : text);
}

/** Writes lines with whatever would be an order to the terminal made visible. */
function writeLines(stream: NodeJS.WriteStream, words: string | readonly string[]): void {
  const lines = typeof words === 'string' ? [words] : words;
  stream.write(`${lines.map(terminalLine).join('\n')}\n`);
}

/** Says what went wrong and what to do. */
export function reportError(error: unknown): { code: number; body: ErrorBody } {
  if (error instanceof UsageError) {
    say([error.message]);
    return { code: EXIT.usage, body: { code: 'INVALID_PARAMS', message: error.message, retryable: false } };
  }
  const body = explainError(error, 'the command').toBody();
  say([`${body.code}: ${body.message}`, ...(body.hint === undefined ? [] : [body.hint])]);
  return { code: BY_CODE[body.code] ?? (body.retryable ? EXIT.tryAgain : EXIT.failed), body };
}

/**
 * Prints the one document of `--json`: the result of the command; several in a list; or the error, with the results
 * that were there before it.
 */
export function printDocument(error: ErrorBody | undefined): void {
  const [first = null, ...more] = results;
  const done = more.length === 0 ? first : results;
  const before = results.length === 0 ? {} : { results };
  process.stdout.write(`${terminalJson(error === undefined ? done : { error, ...before })}\n`);
}

/** A run that ended badly, as an error. */
export function errorOf(run: Run): SnapkeepError {
  if (run.error !== null) return SnapkeepError.fromBody(run.error);
  return new SnapkeepError('INTERNAL', `The ${run.kind} ended without a result.`, { hint: 'Try again.' });
}

/** Returns the result of a run that ended well. @throws SnapkeepError for a run without a result of the kind */
export function resultOf<Kind extends RunResult['kind']>(run: Run, kind: Kind): Extract<RunResult, { kind: Kind }> {
  const { result } = run;
  const isOfKind = (given: RunResult | null): given is Extract<RunResult, { kind: Kind }> => given?.kind === kind;
  if (!isOfKind(result)) throw errorOf(run);
  return result;
}

/** Shows on a terminal how far a run is, in one line that is written over. */
export function showProgress(run: Run): void {
  if (!process.stderr.isTTY) return;
  const share = runShare(run);
  const percent = share === null ? '' : `${Math.floor(share * 100)} %`;
  const parts = [PHASE_LABELS[run.progress.phase], percent, amountInWords(run), rateInWords(run)];
  const line = run.waitingFor === null ? parts.filter(Boolean).join(', ') : `Waiting for ${run.waitingFor}`;
  process.stderr.write(`\r\u001b[K${terminalLine(line)}`);
}

/** Takes the line of progress away. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
