import type { Command } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { DestinationSummary, SelfTestReport } from '../../../src-shared/model/destination.ts';
import { freeInWords, growthInWords, usedInWords } from '../../../src-shared/words/storage-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import {
  addSettingsOptions,
  changedSettings,
  type DestinationOptions,
  settingsOf,
} from '../options/destination-options.ts';
import { EXIT, linesOr, print, say } from '../output.ts';
import type { Session } from '../session.ts';

const EXAMPLES = `
Secrets are read from environment variables and kept encrypted; they are never given on the command line.

Examples:
  snapkeep destination add nas --folder /mnt/nas/backups
  snapkeep destination add cloud --s3 my-bucket --provider r2 --endpoint https://… --access-key-env KEY_ID --secret-key-env SECRET
  snapkeep destination set cloud --access-key-env KEY_ID --secret-key-env SECRET
  snapkeep destination add host --sftp backup@example.com/srv/backups --key ~/.ssh/id_ed25519 --host-key 'ssh-ed25519 SHA256:…'`;

/** `destination add`, `set`, `list`, `test`, `reattach` and `remove`. */
export function addDestinationCommands(program: Command): void {
  const destination = program
    .command('destination')
    .summary('add, change, list, test, re-attach and remove destinations')
    .description('A destination stores snapshots: a folder, an S3 bucket, or a folder on an SFTP server.');

  addSettingsOptions(json(destination.command('add')))
    .summary('test and add a destination')
    .argument('<name>', 'name of the destination')
    .addHelpText('after', EXAMPLES)
    .action(
      inSession(async (session, name: string, options: DestinationOptions) =>
        save(session, { name, ...(await settingsOf(session, options)) }, options),
      ),
    );

  addSettingsOptions(json(destination.command('set')))
    .summary('test and change the settings and secrets of a destination')
    .description('Options that are not given stay unchanged. The kind of a destination cannot be changed.')
    .argument('<name>', 'name, id or folder')
    .option('--name <name>', 'new name')
    .addHelpText('after', EXAMPLES)
    .action(
      inSession(async (session, given: string, options: DestinationOptions & { name?: string }) => {
        const { id, name, settings } = (await session.requireDestination(given)).destination;
        const changed = await changedSettings(session, settings, options);
        return save(session, { destinationId: id, name: options.name ?? name, ...changed }, options);
      }),
    );
  addUpkeepCommands(destination);
}

/** `destination list`, `test`, `reattach` and `remove`. */
function addUpkeepCommands(destination: Command): void {
  json(destination.command('list'))
    .summary('list destinations with their snapshots, growth and free space')
    .action(
      inSession(async (session) => {
        const all = await session.call('destinations.list', {});
        const lines = all.map(summaryInWords);
        print(all, linesOr(lines, 'No destinations yet.'));
      }),
    );

  json(destination.command('test'))
    .summary('test a destination: write, list, read and delete a small file')
    .argument('<name>', 'name, id or folder')
    .action(
      inSession(async (session, given: string) => {
        const { id } = (await session.requireDestination(given)).destination;
        const report = await session.call('destinations.test', { destinationId: id });
        print(report, inWords(report), report.passed ? EXIT.done : EXIT.failed);
      }),
    );

  json(destination.command('reattach'))
    .summary('accept what is stored at the location of a destination now as that destination')
    .argument('<name>', 'name, id or folder')
    .option('-y, --yes', 're-attach; without it, only show what is stored there')
    .action(inSession((session, given: string, options: { yes?: boolean }) => reattach(session, given, options)));

  json(destination.command('remove'))
    .summary('remove a destination and its secrets (its files stay)')
    .argument('<name>', 'name, id or folder')
    .action(
      inSession(async (session, given: string) => {
        const { destination: found, label } = await session.requireDestination(given);
        const { snapshotsLeft } = await session.call('destinations.remove', { destinationId: found.id });
        const words = `Removed ${found.name}. ${countInWords(snapshotsLeft, 'snapshot')} stay in ${label}.`;
        print({ id: found.id, snapshotsLeft }, words);
      }),
    );
}

/** For example `nas: ready. Available. /mnt/nas, 23 snapshots, 41 GB, +1.2 GB a week, full in about 14 months. Free: …`. */
function summaryInWords(summary: DestinationSummary): string {
  const { destination, label, state, reason, snapshotCount, space, growth } = summary;
  const stored = [label, countInWords(snapshotCount, 'snapshot'), usedInWords(summary), growthInWords(growth)];
  const free = space === null ? '' : ` Free: ${freeInWords(space)}.`;
  return `${destination.name}: ${state}. ${reason} ${stored.filter((part) => part !== '').join(', ')}.${free}`;
}

async function reattach(session: Session, given: string, options: { yes?: boolean }): Promise<void> {
  const { id, name } = (await session.requireDestination(given)).destination;
  const { confirmation, ...there } = await session.call('destinations.previewReattach', { destinationId: id });
  const { label, files, snapshotsKnown, snapshotsThere, marker } = there;
  const words = `${label} contains ${countInWords(files, 'file')}, including ${snapshotsThere} of the ${countInWords(snapshotsKnown, 'snapshot')} stored at ${name}. ${MARKERS[marker]}`;
  if (options.yes !== true) {
    print(there, [words, 'Nothing was changed. Use --yes to re-attach it.']);
    return;
  }
  const summary = await session.call('destinations.reattach', { destinationId: id, confirmation });
  print(summary, [words, `Re-attached ${name}.`]);
}

const MARKERS = {
  none: 'No marker file found.',
  same: 'Its marker file belongs to this destination.',
  other: 'Its marker file belongs to another destination.',
  unreadable: 'Its marker file is damaged.',
} as const;

async function save(
  session: Session,
  given: Omit<Params<'destinations.save'>, 'saveAnyway'>,
  options: DestinationOptions,
): Promise<void> {
  const anyway = options.saveAnyway === true ? { saveAnyway: true } : {};
  const { destination, report } = await session.call('destinations.save', { ...given, ...anyway });
  for (const warning of report.warnings) say(warning);
  if (destination === null) {
    const error = report.steps.find((step) => step.error !== null)?.error;
    throw error == null
      ? new SnapkeepError('INTERNAL', 'The test failed for an unknown reason.', { hint: 'Try again.' })
      : SnapkeepError.fromBody(error);
  }
  const done = given.destinationId === undefined ? 'Added' : 'Changed';
  print({ ...destination, report }, `${done} ${given.name}. ${inWords(report)}`);
}

function inWords({ passed, steps, freeBytes }: SelfTestReport): string {
  const failed = steps.find(({ error }) => error !== null)?.error;
  if (!passed) return `Test failed: ${failed?.message ?? ''} ${failed?.hint ?? ''}`.trim();
  return `Test passed${freeBytes === null ? '' : `; ${bytesInWords(freeBytes)} free`}.`;
}
