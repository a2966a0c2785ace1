import { resolve } from 'node:path';
import type { Command } from 'commander';
import { bytesInWords, countInWords } from '../../src-shared/rules/wording.ts';
import { parseFormat } from './backup-commands.ts';
import { type CommandContext, json, wholeNumber } from './command.ts';
import { EXIT, print } from './output.ts';

interface AddOptions {
  name: string;
  source: string;
  to: string;
  format?: string;
  keepLast?: number;
  verify: boolean;
  json?: boolean;
}

/** `plan add`, `plan list`, `plan remove`, and `status`. */
export function addPlanCommands(program: Command, context: CommandContext): void {
  const plan = program
    .command('plan')
    .summary('add, list and remove plans')
    .description('A plan is a database, the folder its snapshots go into, and the rules for both.');

  json(plan.command('add'))
    .summary('make a plan')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--source <file>', 'the database')
    .requiredOption('--to <folder>', 'the folder its snapshots go into')
    .option('--format <format>', 'gz, zst or none (gz unless given)')
    .option('--keep-last <n>', 'how many snapshots a prune keeps', wholeNumber)
    .option('--no-verify', 'do not prove each snapshot after the backup')
    .addHelpText(
      'after',
      '\nExample:\n  snapkeep plan add --name hone --source ~/.local/share/hone/hone.db --to /mnt/nas/hone --keep-last 14',
    )
    .action((options: AddOptions) =>
      context(options, async (session) => {
        const compression = parseFormat(options.format);
        const made = await session.call('plans.create', {
          name: options.name,
          sourcePath: resolve(options.source),
          destination: { kind: 'folder', path: resolve(options.to) },
          verifyAfterBackup: options.verify,
          ...(compression === undefined ? {} : { compression }),
          ...(options.keepLast === undefined ? {} : { retention: { keepLast: options.keepLast } }),
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
        const plans = (await session.call('plans.list', {})).map((summary) => summary.plan);
        print(
          options.json === true,
          plans,
          plans.map((each) => `${each.name}\t${each.sourcePath}\t→ ${each.destination.path}`).join('\n') ||
            'There is no plan yet.',
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
        const words = `Forgot the plan ${found.plan.name}; ${countInWords(snapshotsLeft, 'snapshot')} stay in ${found.plan.destination.path}.`;
        print(options.json === true, { id: found.plan.id, snapshotsLeft }, words);
        return EXIT.done;
      }),
    );

  json(program.command('status'))
    .summary('say where every plan stands')
    .action((options: { json?: boolean }) =>
      context(options, async (session) => {
        const plans = await session.call('plans.list', {});
        const words = plans.map(
          ({ plan: each, state, reason, snapshotCount, storedBytes }) =>
            `${each.name}: ${state}. ${reason} ${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}.`,
        );
        print(options.json === true, plans, words.join('\n') || 'There is no plan yet.');
        return EXIT.done;
      }),
    );
}
