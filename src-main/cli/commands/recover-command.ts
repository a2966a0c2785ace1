import type { Command } from 'commander';
import type { PlanRecovery, RecoverablePlan, RecoveryScan } from '../../../src-shared/model/recovery/recovery.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json, nameAndPath, several } from '../command.ts';
import { confirm } from '../confirm.ts';
import { print, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';

interface RecoverOptions {
  list?: boolean;
  plan?: string[];
  source?: string[];
  yes?: boolean;
}

/** `recover`: rebuilds plans from what a destination holds. */
export function addRecoverCommand(program: Command): void {
  json(program.command('recover'))
    .summary('recover plans from a destination, on a new machine or after losing the catalog')
    .description(
      'Rebuilds plans from the manifests of their snapshots: name, source, schedule and retention. This service then owns the snapshots. If the other machine still runs, import its snapshots instead.',
    )
    .argument('<destination>', 'name of a destination, or path of a folder')
    .option('--list', 'only list what can be recovered')
    .option('--plan <name>', 'plan to recover (repeatable; default: all)', several)
    .option('--source <name=path>', 'current path of the source of a plan (repeatable)', several)
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  snapkeep recover /mnt/nas --source app=/srv/app/app.db')
    .action(inSession((session, given: string, options: RecoverOptions) => recover(session, given, options)));
}

async function recover(session: Session, given: string, options: RecoverOptions): Promise<void> {
  const location = await session.destinationOrFolder(given);
  const scan = await session.call('recoveries.scan', location);
  for (const { name, message } of scan.problems) say(`${name}: ${message}`);
  if (options.list === true) {
    print(scan, scanInWords(scan));
    return;
  }
  const plans = chosenPlans(scan, options);
  const question = `Recover ${plans.map(({ name }) => name).join(', ')} from ${scan.location}?`;
  await confirm(options.yes === true, question, 'Nothing was recovered.');
  const recovered = await session.call('recoveries.apply', { ...location, plans });
  const snapshots = plans.reduce((sum, { snapshotIds }) => sum + snapshotIds.length, 0);
  const words = `Recovered ${countInWords(recovered.plans.length, 'plan')} with ${countInWords(snapshots, 'snapshot')}.`;
  print(recovered, words);
}

function scanInWords({ location, plans }: RecoveryScan): string[] {
  const lines = plans.map(
    ({ name, sourcePath, sourceExists, snapshots }) =>
      `${name}  ${countInWords(snapshots.length, 'snapshot')}, newest ${snapshots[0]?.createdAt ?? ''}  ${sourcePath}${sourceExists ? '' : '  (missing here)'}`,
  );
  return [...lines, `${countInWords(plans.length, 'plan')} to recover in ${location}.`];
}

/** @throws UsageError for names that are unknown, or stand for several plans */
function chosenPlans({ plans, location }: RecoveryScan, { plan: names, source = [] }: RecoverOptions): PlanRecovery[] {
  const sources = new Map(source.map(nameAndPath));
  const wanted = names ?? plans.map(({ name }) => name);
  if (wanted.length === 0) throw new UsageError(`No plan to recover in ${location}.`);
  for (const name of sources.keys())
    if (!wanted.includes(name)) throw new UsageError(`--source names an unknown plan: ${name}.`);
  return [...new Set(wanted)].map((name) => {
    const [found, ...others] = plans.filter((each) => each.name === name);
    if (found === undefined) throw new UsageError(`No plan named “${name}” to recover in ${location}.`);
    if (others.length > 0)
      throw new UsageError(`Several services have a plan named “${name}”. Choose one of them in the window.`);
    return toRecovery(found, sources.get(name));
  });
}

function toRecovery(plan: RecoverablePlan, sourcePath: string | undefined): PlanRecovery {
  const { serviceId, planId, name, snapshots } = plan;
  const ids = snapshots.map(({ id }) => id);
  return {
    serviceId,
    planId,
    name,
    sourcePath: sourcePath ?? plan.sourcePath,
    attachedFilePaths: {},
    snapshotIds: ids,
  };
}
