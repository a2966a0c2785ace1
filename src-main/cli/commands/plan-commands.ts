import type { Command } from 'commander';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { normalTag, normalTags } from '../../../src-shared/model/tags.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json, several } from '../command.ts';
import { EXIT, linesOr, print, resultOf, UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { addReadScheduleCommand } from './old-schedule-command.ts';
import { addPlanAddCommand } from './plan-add-command.ts';

/** The commands of `plan`, and `restore-test`. */
export function addPlanCommands(program: Command): void {
  const plan = program
    .command('plan')
    .summary('add, list, tag and delete plans')
    .description('A plan sets what is backed up, when, to which destinations, and how long snapshots are kept.');

  addPlanAddCommand(plan);
  addReadScheduleCommand(plan);

  json(plan.command('list'))
    .summary('list plans')
    .option('--tag <tag>', 'only plans with this tag (repeatable: with all of them)', several)
    .action(inSession(list));

  json(plan.command('update'))
    .summary('change the tags of a plan')
    .argument('<plan>', 'name or id')
    .option('--tag <tag>', 'add this tag (repeatable)', several)
    .option('--remove-tag <tag>', 'remove this tag (repeatable)', several)
    .action(inSession(update));

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

async function list(session: Session, options: { tag?: string[] }): Promise<void> {
  const tags = (options.tag ?? []).map(normalTag);
  const all = await session.call('plans.list', {});
  const listed = all.filter(({ plan }) => tags.every((tag) => plan.tags.includes(tag)));
  print(
    listed.map((summary) => summary.plan),
    linesOr(listed.map(inOneLine), all.length === 0 ? 'No plans yet.' : `No plan is tagged ${tags.join(', ')}.`),
  );
}

async function update(
  session: Session,
  name: string,
  options: { tag?: string[]; removeTag?: string[] },
): Promise<void> {
  if (options.tag === undefined && options.removeTag === undefined) throw new UsageError('Use --tag or --remove-tag.');
  const { plan } = await session.findPlan(name);
  const removed = normalTags(options.removeTag ?? []);
  const tags = [...plan.tags.filter((tag) => !removed.includes(tag)), ...(options.tag ?? [])];
  const changed = await session.call('plans.update', { planId: plan.id, tags, unchangedSince: plan.updatedAt });
  print(changed, `Tags of ${changed.name}: ${changed.tags.join(', ') || 'none'}.`);
}

const labelsOf = ({ destinations }: PlanSummary): string => destinations.map(({ label }) => label).join(', ');

function inOneLine(summary: PlanSummary): string {
  const { name, sourceKind, sourcePath, attachedFiles, tags } = summary.plan;
  const what = sourceKind === 'files' ? attachedFiles.map(({ path }) => path).join(', ') : sourcePath;
  return [name, what, `→ ${labelsOf(summary)}`, summary.schedule.words, ...tags].join('\t');
}
