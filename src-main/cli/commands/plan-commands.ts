import type { Command } from 'commander';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { metricsOf } from '../../../src-shared/rules/state/metrics.ts';
import { STATE_LABELS } from '../../../src-shared/words/plan-state-words.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { EXIT, linesOr, print, resultOf, UsageError } from '../output.ts';
import { addReadScheduleCommand } from './old-schedule-command.ts';
import { addPlanAddCommand } from './plan-add-command.ts';

/** The commands of `plan`, `restoreTest` and `status`. */
export function addPlanCommands(program: Command): void {
  const plan = program
    .command('plan')
    .summary('add, list and delete plans')
    .description('A plan sets what is backed up, when, to which destinations, and how long snapshots are kept.');

  addPlanAddCommand(plan);
  addReadScheduleCommand(plan);

  json(plan.command('list'))
    .summary('list plans')
    .action(
      inSession(async (session) => {
        const summaries = await session.call('plans.list', {});
        print(
          summaries.map((summary) => summary.plan),
          linesOr(summaries.map(inOneLine), 'No plans yet.'),
        );
      }),
    );

  json(plan.command('remove'))
    .summary('delete a plan (its snapshots stay)')
    .argument('<plan>', 'name or id')
    .action(
      inSession(async (session, name: string) => {
        const found = await session.findPlan(name);
        const { snapshotsLeft } = await session.call('plans.remove', { planId: found.plan.id });
        const words = `Deleted plan ${found.plan.name}. ${countInWords(snapshotsLeft, 'snapshot')} stay in ${labelsOf(found)}.`;
        print({ id: found.plan.id, snapshotsLeft }, words);
      }),
    );

  json(program.command('restore-test'))
    .summary('test-restore the most recent snapshot of a plan to a temporary location')
    .argument('<plan>', 'name or id')
    .action(
      inSession(async (session, name: string) => {
        const { plan: found } = await session.findPlan(name);
        const run = await session.runToEnd('restoreTests.start', { planId: found.id });
        const result = resultOf(run, 'restoreTest');
        const { valid, verification, checks } = result;
        const lines = [verification.message, ...checks.map((check) => `${check.name}: ${check.detail}`)];
        print(result, lines, valid ? EXIT.done : EXIT.notValid);
      }),
    );

  json(program.command('status'))
    .summary('show the status of every plan')
    .option('--prometheus', 'print metrics for Prometheus (textfile collector of node_exporter)')
    .action(
      inSession(async (session, options: { json?: boolean; prometheus?: boolean }) => {
        // Where no host stays that would check every hour, this request is the time to check.
        await session.call('plans.check', {});
        const plans = await session.call('plans.list', {});
        if (options.prometheus === true) {
          if (options.json === true) throw new UsageError('Use either --json or --prometheus.');
          process.stdout.write(metricsOf(plans, Date.now()));
          return;
        }
        const words = plans.flatMap(statusInWords);
        print(plans.map(withStatus), linesOr(words, 'No plans yet.'));
      }),
    );
}

/** What is asked of a backup by who looks after it: is it on, where, how long, how many, when, how it went. */
function shortStatus({ plan, schedule, destinations, snapshotCount, newest, lastBackup }: PlanSummary) {
  return {
    enabled: plan.schedule.kind !== 'manual' && schedule.paused === null,
    folders: destinations.map(({ label }) => label),
    retention: keptInWords(plan.retention),
    schedule: schedule.words,
    count: snapshotCount,
    newestAt: newest?.createdAt ?? null,
    lastBackup: lastBackup && {
      at: lastBackup.finishedAt ?? lastBackup.startedAt ?? lastBackup.queuedAt,
      status: lastBackup.state,
      sizeBytes: lastBackup.result?.kind === 'backup' ? lastBackup.result.sizeBytes : null,
      error: lastBackup.error?.message ?? null,
    },
  };
}

const withStatus = (summary: PlanSummary) => ({ ...summary, status: shortStatus(summary) });

function statusInWords(summary: PlanSummary): string[] {
  const { plan, state, reason, notes, storedBytes } = summary;
  const { enabled, folders, retention, schedule, count, newestAt, lastBackup } = shortStatus(summary);
  const size = lastBackup?.sizeBytes == null ? '' : `, ${bytesInWords(lastBackup.sizeBytes)}`;
  const last = lastBackup === null ? 'none yet' : `${lastBackup.at}, ${lastBackup.status}${size}`;
  return [
    `${plan.name}: ${STATE_LABELS[state]}. ${reason}`,
    `  enabled      ${enabled ? 'yes' : 'no'}: ${schedule}`,
    `  retention    ${retention}`,
    `  stored in    ${folders.join(', ')}`,
    `  snapshots    ${count}, ${bytesInWords(storedBytes)}${newestAt === null ? '' : `, newest from ${newestAt}`}`,
    `  last backup  ${last}${lastBackup?.error == null ? '' : `. ${lastBackup.error}`}`,
    ...notes.filter((note) => note !== reason).map((note) => `  note         ${note}`),
  ];
}

const labelsOf = ({ destinations }: PlanSummary): string => destinations.map(({ label }) => label).join(', ');

function inOneLine(summary: PlanSummary): string {
  const { name, sourceKind, sourcePath, attachedFiles } = summary.plan;
  const what = sourceKind === 'files' ? attachedFiles.map(({ path }) => path).join(', ') : sourcePath;
  return `${name}\t${what}\t→ ${labelsOf(summary)}\t${summary.schedule.words}`;
}
