import { createInterface } from 'node:readline/promises';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { interruption } from './interruption.ts';
import { UsageError } from './output.ts';

/**
 * Asks a person on the terminal.
 * @param already confirmed before, by an option
 * @param refusal what to say when the answer is no
 * @throws UsageError when there is nobody to ask, or the answer is no; SnapkeepError `CANCELLED` when the command is
 *   interrupted before there is an answer
 */
export async function confirm(already: boolean, question: string, refusal: string): Promise<void> {
  if (already) return;
  if (!process.stdin.isTTY) throw new UsageError(`${question} Confirmation needs a terminal; use --yes to skip it.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal
    .question(`${question} [y/N] `, { signal: interruption })
    .catch(() => {
      throw new SnapkeepError('CANCELLED', refusal, {
        hint: 'Run the command again and answer y, or use --yes.',
      });
    })
    .finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError(refusal);
}
