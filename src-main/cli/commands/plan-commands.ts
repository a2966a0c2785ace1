import type { Command } from 'commander';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { EXIT, linesOr, print, resultOf } from '../output.ts';
import { addReadScheduleCommand } from './old-schedule-command.ts';
import { addPlanAddCommand } from './plan-add-command.ts';

/** The commands of `plan`, and `restore-test`. */
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
}

const labelsOf = ({ destinations }: PlanSummary): string => destinations.map(({ label }) => label).join(', ');

function inOneLine(summary: PlanSummary): string {
  const { name, sourceKind, sourcePath, attachedFiles } = summary.plan;
  const what = sourceKind === 'files' ? attachedFiles.map(({ path }) => path).join(', ') : sourcePath;
  return `${name}\t${what}\t→ ${labelsOf(summary)}\t${summary.schedule.words}`;
}
