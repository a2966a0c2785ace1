import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import type { Schedule } from '../../src-shared/model/schedule.ts';
import { metricsOf } from '../../src-shared/rules/metrics.ts';
import { bytesInWords, countInWords } from '../../src-shared/rules/wording.ts';
import { parseFormat } from './backup-commands.ts';
import { type CommandContext, json } from './command.ts';
import { addCompanionOptions, type CompanionOptions, companionsOf } from './companion-options.ts';
import { addKeyOptions, type KeyOptions, keyOf } from './key-options.ts';
import { EXIT, errorOf, print } from './output.ts';
import { addRetentionOptions, type RetentionOptions, retentionOf } from './retention-options.ts';
import { parseSchedule, SCHEDULE_HELP } from './schedule-option.ts';
import { addSealOptions, type SealOptions, sealOf } from './seal-options.ts';
import type { Session } from './session.ts';

interface AddOptions extends RetentionOptions, KeyOptions, SealOptions, CompanionOptions {
  name: string;
  source: string;
  to: string[];
  format?: string;
  schedule?: Schedule;
  timeZone?: string;
  verify: boolean;
  json?: boolean;
}

/** `plan add`, `plan list`, `plan remove`, and `status`. */
export function addPlanCommands(program: Command, context: CommandContext): void {
  const plan = program
    .command('plan')
    .summary('add, list and remove plans')
    .description('A plan is a database, the destinations its snapshots go to, and the rules for both.');

  addCompanionOptions(addSealOptions(addKeyOptions(addRetentionOptions(json(plan.command('add'))))))
    .summary('make a plan')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--source <file>', 'the database')
    .requiredOption('--to <destination>', 'a destination by its name, or a folder; may be given several times', several)
    .option('--format <format>', 'gz, zst or none (gz unless given)')
    .option('--schedule <when>', SCHEDULE_HELP, parseSchedule)
    .option('--time-zone <name>', 'of the schedule, for example Europe/Berlin; this machine’s unless given')
    .option('--no-verify', 'do not prove each snapshot after the backup')
    .addHelpText(
      'after',
      '\nExample:\n  snapkeep plan add --name hone --source ~/.local/share/hone/hone.db --to /mnt/nas/hone --to cloud --schedule "daily 02:00" --keep-daily 14 --keep-monthly 12',
    )
    .action((options: AddOptions) =>
      context(options, async (session) => {
        const compression = parseFormat(options.format);
        const retention = retentionOf(options);
        const made = await session.call('plans.create', {
          name: options.name,
          sourcePath: resolve(options.source),
          destinations: await chosenDestinations(session, options.to),
          verifyAfterBackup: options.verify,
          ...(await keyOf(options)),
          ...sealOf(options),
          ...companionsOf(options),
          ...(compression === undefined ? {} : { compression }),
          ...(options.schedule === undefined ? {} : { schedule: options.schedule }),
          ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
          ...(retention === undefined ? {} : { retention }),
        });
        print(
          options.json === true,
          made,
          `Made the plan ${made.name}. Back it up with: snapkeep backup ${JSON.stringify(made.name)}`,
        );
        return EXIT.done;
      }),
    );

  json(plan.command('list'))
    .summary('list the plans')
    .action((options: { json?: boolean }) =>
      context(options, async (session) => {
        const summaries = await session.call('plans.list', {});
        print(
          options.json === true,
          summaries.map((summary) => summary.plan),
          summaries.map(inOneLine).join('\n') || 'There is no plan yet.',
        );
        return EXIT.done;
      }),
    );

  json(plan.command('remove'))
    .summary('forget a plan; its snapshots stay where they are')
    .argument('<plan>', 'name or id')
    .action((name: string, options: { json?: boolean }) =>
      context(options, async (session) => {
        const found = await session.findPlan(name);
        const { snapshotsLeft } = await session.call('plans.remove', { planId: found.plan.id });
        const words = `Forgot the plan ${found.plan.name}; ${countInWords(snapshotsLeft, 'snapshot')} stay in ${labelsOf(found)}.`;
        print(options.json === true, { id: found.plan.id, snapshotsLeft }, words);
        return EXIT.done;
      }),
    );

  json(program.command('drill'))
    .summary('restore the newest snapshot of a plan to a scratch place and check everything')
    .argument('<plan>', 'name or id')
    .action((name: string, options: { json?: boolean }) =>
      context(options, async (session) => {
        const { plan: found } = await session.findPlan(name);
        const run = await session.runToEnd('drills.start', { planId: found.id });
        if (run.result?.kind !== 'drill') throw errorOf(run);
        const { valid, verification, checks } = run.result;
        const lines = [verification.message, ...checks.map((check) => `${check.name}: ${check.detail}`)];
        print(options.json === true, run.result, lines.join('\n'));
        return valid ? EXIT.done : EXIT.notValid;
      }),
    );

  json(program.command('status'))
    .summary('say where every plan stands')
    .option('--prometheus', "print it for Prometheus, for node_exporter's textfile collector")
    .action((options: { json?: boolean; prometheus?: boolean }) =>
      context(options, async (session) => {
        const plans = await session.call('plans.list', {});
        if (options.prometheus === true) {
          process.stdout.write(metricsOf(plans, Date.now()));
          return EXIT.done;
        }
        const words = plans.map(
          ({ plan: each, state, reason, snapshotCount, storedBytes }) =>
            `${each.name}: ${state}. ${reason} ${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}.`,
        );
        print(options.json === true, plans, words.join('\n') || 'There is no plan yet.');
        return EXIT.done;
      }),
    );
}

const several = (one: string, before: string[] | undefined): string[] => [...(before ?? []), one];

/** Destinations that are known by name; anything else is a folder, which becomes one. */
async function chosenDestinations(session: Session, given: readonly string[]) {
  const chosen = [];
  for (const each of given) {
    const found = await session.findDestination(each);
    chosen.push(found === undefined ? { path: resolve(each) } : { destinationId: found.destination.id });
  }
  return chosen;
}

const labelsOf = ({ destinations }: PlanSummary): string => destinations.map(({ label }) => label).join(', ');

const inOneLine = (summary: PlanSummary): string =>
  `${summary.plan.name}\t${summary.plan.sourcePath}\t→ ${labelsOf(summary)}`;
