import type { Command } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { TrashedCopy } from '../../../src-shared/model/trash.ts';
import { TRASH_DAYS } from '../../../src-shared/retention/trash.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { confirm } from '../confirm.ts';
import { linesOr, print, resultOf } from '../output.ts';
import type { Session } from '../session.ts';

/** `trash list`, `trash put-back` and `trash empty`. */
export function addTrashCommands(program: Command): void {
  const trash = program
    .command('trash')
    .summary('list, put back or remove deleted snapshots')
    .description(`Snapshots that a person deletes in folders can be put back for ${TRASH_DAYS} days.`);

  json(trash.command('list'))
    .summary('list deleted snapshots that can be put back')
    .action(
      inSession(async (session) => {
        const content = await session.call('trash.list', {});
        print(content, linesOr(content.copies.map(inWords), 'The trash is empty.'));
      }),
    );

  json(trash.command('put-back'))
    .summary('put a deleted snapshot back')
    .argument('<snapshot>', 'id or name of a deleted snapshot')
    .action(
      inSession(async (session, given: string) => {
        const snapshotId = await trashedSnapshot(session, given);
        const run = await session.run('trash.putBack', { snapshotId });
        const result = resultOf(run, 'putBack');
        print(result, [`Put back ${run.subject}: ${countInWords(result.copies, 'copy', 'copies')}.`]);
      }),
    );

  json(trash.command('empty'))
    .summary('remove deleted snapshots for good')
    .option('--destination <name>', 'only from the trash of this destination')
    .option('--yes', 'skip the confirmation')
    .action(
      inSession(async (session, options: { destination?: string; yes?: boolean }) => {
        const chosen =
          options.destination === undefined
            ? {}
            : { destinationId: (await session.requireDestination(options.destination)).destination.id };
        const { copies, bytes, confirmation } = await session.call('trash.list', chosen);
        const what = `${countInWords(copies.length, 'copy', 'copies')}, ${bytesInWords(bytes)}`;
        await confirm(options.yes === true || copies.length === 0, `Remove ${what}, for good?`, 'Nothing was removed.');
        const run = await session.run('trash.empty', { ...chosen, confirmation });
        const result = resultOf(run, 'delete');
        const removed = result.removed.map(({ name, destination }) => `removed  ${name}  at ${destination?.name}`);
        print(result, [...removed, `${bytesInWords(result.bytesFreed)} freed.`]);
      }),
    );
}

function inWords({ deletedAt, sizeBytes, name, destination, daysLeft }: TrashedCopy): string {
  const left = `${countInWords(daysLeft, 'day')} left`;
  return `${deletedAt}  ${bytesInWords(sizeBytes).padStart(9)}  ${name}  at ${destination.name}  (${left})`;
}

async function trashedSnapshot(session: Session, given: string): Promise<string> {
  const { copies } = await session.call('trash.list', {});
  const found = copies.find(
    ({ snapshotId, name }) =>
      name === given || snapshotId === given || (given.length >= 8 && snapshotId.startsWith(given)),
  );
  if (found === undefined)
    throw new SnapkeepError('NOT_FOUND', `${given} is not in the trash.`, {
      hint: 'List what can be put back: snapkeep trash list.',
    });
  return found.snapshotId;
}
