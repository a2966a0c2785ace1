import type { Command } from 'commander';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { isGood } from '../../../src-shared/rules/verdicts.ts';
import { captureInWords } from '../../../src-shared/words/history-words.ts';
import { runTitle } from '../../../src-shared/words/run-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { EXIT, linesOr, print } from '../output.ts';

/** `run-due`: what cron, systemd and launchd start where no host of Snapkeep stays. */
export function addRunDueCommand(program: Command): void {
  json(program.command('run-due'))
    .summary('run all due backups once, for cron and systemd')
    .description(
      'Runs due backups and restore tests, makes waiting copies, prunes by retention, and sends alerts. Missed scheduled times are made up by one catch-up run. Exit code 0: done, nothing was due, or no plans; 1: a run or copy failed; 3: a snapshot is not valid; 4: a snapshot is incomplete (attached files are missing); 75: something is unavailable. Beside a running service, that service does the work.',
    )
    .addHelpText('after', '\nExample of a crontab:\n  */15 * * * * snapkeep run-due')
    .action(
      inSession(async (session) => {
        const runs = await session.runDue();
        const plans = await session.call('plans.list', {});
        if (plans.length === 0) return reportNoPlans(session.dataFolder);
        const waiting = plans.flatMap(waitingOf);
        const failedCopies = plans.flatMap(failedCopiesOf);
        const lines = [
          ...runs.map(runInWords),
          ...waiting.map(({ plan, waitingFor }) => `${plan}: ${waitingFor}`),
          ...failedCopies.map(({ plan, problem }) => `${plan}: ${problem}`),
        ];
        const exit = exitCodeOf(runs, waiting.length > 0, failedCopies.length > 0);
        print({ runs, waiting, failedCopies }, linesOr(lines, 'Nothing is due.'), exit);
      }, reportNoPlans),
    );
}

/** Says where plans were looked for: another SNAPKEEP_HOME than the one that was meant has none. */
function reportNoPlans(folder: string): void {
  print({ runs: [], waiting: [], failedCopies: [] }, `No plans in ${folder}`);
}

interface FailedCopies {
  plan: string;
  destination: string;
  problem: string;
}

/** Failed copies: they are neither due nor tried again until a person acts. */
function failedCopiesOf({ plan, destinations }: PlanSummary): FailedCopies[] {
  return destinations
    .filter(({ failedCopies }) => failedCopies > 0)
    .map(({ name, failedCopies, problem }) => ({
      plan: plan.name,
      destination: name,
      problem: problem ?? `${countInWords(failedCopies, 'copy', 'copies')} to ${name} failed.`,
    }));
}

interface Waiting {
  plan: string;
  waitingFor: string;
}

/** What could not be done because something is unavailable. */
function waitingOf({ plan, schedule, restoreTest, destinations }: PlanSummary): Waiting[] {
  const due = [schedule.due, restoreTest.schedule.due].flatMap((each) => each?.waitingFor ?? []);
  const copies = destinations
    .filter(({ waitingCopies }) => waitingCopies > 0)
    .map(({ name, waitingCopies, problem }) =>
      `${countInWords(waitingCopies, 'snapshot')} waiting to be copied to ${name}. ${problem ?? ''}`.trim(),
    );
  return [...due, ...copies].map((waitingFor) => ({ plan: plan.name, waitingFor }));
}

function runInWords(run: Run): string {
  const what = runTitle(run);
  if (run.error !== null) return `${what}: ${run.state}. ${run.error.message}`;
  return `${what}: ${run.state}${resultInWords(run)}`;
}

function resultInWords({ result }: Run): string {
  switch (result?.kind) {
    case 'backup': {
      const missing = result.incomplete === null ? '' : ` Incomplete. ${result.incomplete}`;
      return `, ${bytesInWords(result.sizeBytes)}.${missing} ${result.verification?.message ?? ''}`.trimEnd();
    }
    case 'capture':
      return `, ${captureInWords(result)}`;
    case 'copy':
      return `, ${countInWords(result.copied, 'snapshot')}, ${bytesInWords(result.bytes)}`;
    case 'restoreTest':
      return `. ${result.verification.message}`;
    case 'prune':
      return `, ${countInWords(result.removedCount, 'snapshot')} removed, ${bytesInWords(result.bytesFreed)} freed`;
    default:
      return '';
  }
}

function exitCodeOf(runs: readonly Run[], waits: boolean, copiesFailed: boolean): number {
  const invalid = runs.some(
    ({ result }) =>
      (result?.kind === 'backup' && result.verification !== null && !isGood(result.verification)) ||
      (result?.kind === 'restoreTest' && !result.valid),
  );
  if (invalid) return EXIT.notValid;
  const failed = runs.filter(({ state }) => state === 'failed' || state === 'interrupted');
  if (copiesFailed || failed.some(({ error }) => error?.retryable !== true)) return EXIT.failed;
  if (runs.some(({ result }) => result?.kind === 'backup' && result.incomplete !== null)) return EXIT.incomplete;
  if (failed.length > 0 || waits) return EXIT.tryAgain;
  return runs.some(({ state }) => state === 'cancelled') ? EXIT.interrupted : EXIT.done;
}
