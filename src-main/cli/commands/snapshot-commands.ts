import type { Command } from 'commander';
import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot, PruneOutcome, PrunePreview } from '../../../src-shared/model/prune.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { TRASH_DAYS } from '../../../src-shared/retention/trash.ts';
import { historyPausedInWords } from '../../../src-shared/words/history-words.ts';
import { ruleInWords } from '../../../src-shared/words/retention-words.ts';
import { rowCountChangeInWords } from '../../../src-shared/words/table-rows.ts';
import { deletionInWords, spaceInWords } from '../../../src-shared/words/trash-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { confirm } from '../confirm.ts';
import { addRetentionOptions, type RetentionOptions, retentionOf } from '../options/retention-options.ts';
import { linesOr, print, resultOf, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';

interface PruneOptions extends RetentionOptions {
  permanently?: boolean;
  review?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

const PERMANENTLY = 'delete for good, also in folders, and free the space now';
const IN_TRASH = `Copies in folders can be put back for ${TRASH_DAYS} days with: snapkeep trash put-back. All others are deleted for good.`;

/** `list`, `prune` and `delete`. */
export function addSnapshotCommands(program: Command): void {
  json(program.command('list'))
    .summary('list snapshots')
    .argument('[plan]', 'name or id of a plan (default: all plans)')
    .option('--dir <folder>', 'list the snapshots in a folder, by their manifests')
    .action(
      inSession(async (session, planName: string | undefined, options: { dir?: string }) => {
        if (planName !== undefined && options.dir !== undefined)
          throw new UsageError('Specify either a plan or --dir.');
        if (options.dir !== undefined) return listFolder(session, options.dir);
        const given = planName === undefined ? {} : { planId: (await session.findPlan(planName)).plan.id };
        const snapshots = await session.allSnapshots(given);
        const words = snapshots.map(
          (each) =>
            `${each.createdAt}  ${bytesInWords(each.diskBytes).padStart(9)}  ${verificationSummaryOf(each)}  ${locationOf(each)}${each.origin === 'imported' ? '  (imported)' : ''}${rowChangeOf(each)}`,
        );
        print(snapshots, linesOr(words, 'No snapshots yet.'));
      }),
    );

  addRetentionOptions(json(program.command('prune')))
    .summary('remove old snapshots of a plan by retention')
    .description(
      'Uses the retention of the plan, or the rules given here. The newest snapshot, the newest verified one and the newest with a passed restore test are never removed; nor are imported, pinned and safety snapshots. While pruning is paused, older snapshots stay until --review. Copies in folders can be put back for 7 days with: snapkeep trash put-back.',
    )
    .argument('<plan>', 'name or id')
    .option('--dry-run', 'only list what would be removed')
    .option('--review', 'show why pruning is paused, and resume it')
    .option('--permanently', PERMANENTLY)
    .option('--yes', 'skip the confirmation')
    .addHelpText('after', '\nExample:\n  snapkeep prune hone --keep-last 7 --dry-run')
    .action(inSession((session, planName: string, options: PruneOptions) => prune(session, planName, options)));

  json(program.command('delete'))
    .summary('delete one snapshot')
    .argument('<snapshot>', 'id or name of a snapshot')
    .description(IN_TRASH)
    .option('--unpin', 'delete it even if it is pinned')
    .option('--permanently', PERMANENTLY)
    .option('--yes', 'skip the confirmation')
    .action(
      inSession(async (session, given: string, options: { unpin?: boolean; permanently?: boolean; yes?: boolean }) => {
        const snapshot = await session.findSnapshot(given);
        const chosen = {
          snapshotId: snapshot.id,
          unpin: options.unpin === true,
          permanently: options.permanently === true,
        };
        const preview = await session.call('snapshots.previewDelete', chosen);
        for (const warning of preview.warnings) say(`warning  ${warning}`);
        say(deletionInWords(preview.removed));
        await confirm(options.yes === true, `Delete ${locationOf(snapshot)}?`, 'Nothing was removed.');
        const run = await session.run('snapshots.delete', {
          ...chosen,
          confirmation: preview.confirmation,
        });
        return printRemoval(resultOf(run, 'delete'));
      }),
    );
}

/** What is in a folder, or at a destination, by its manifests and by the catalog. Nothing is imported. */
async function listFolder(session: Session, given: string): Promise<void> {
  const chosen = await session.destinationOrFolder(given);
  const { location, snapshots: described, problems } = await session.call('recoveries.scan', chosen);
  for (const { name, message } of problems) say(`${name}: ${message}`);
  const listed = 'destinationId' in chosen ? await session.allSnapshots({ destinationId: chosen.destinationId }) : [];
  // Backups of other programs have no manifest there.
  const others = listed.filter(({ id }) => !described.some((each) => each.id === id));
  const snapshots = [...described, ...others.map((each) => ({ ...each, listedAs: each.origin }))];
  const words = snapshots.map(
    ({ createdAt, sizeBytes, name, listedAs }) =>
      `${createdAt}  ${bytesInWords(sizeBytes).padStart(9)}  ${(listedAs ?? 'not listed').padEnd(10)}  ${name}`,
  );
  print(snapshots, linesOr(words, `No snapshots in ${location}.`));
}

const verificationSummaryOf = ({ verification }: ListedSnapshot): string =>
  verification.valid === true ? 'verified  ' : verification.valid === false ? 'NOT VALID ' : 'unverified';

const rowChangeOf = ({ rowChange }: ListedSnapshot): string =>
  rowChange === null ? '' : `  ${rowCountChangeInWords(rowChange).join(', ')}`;

/** Where a snapshot is, for people. */
function locationOf({ path, name, copies }: ListedSnapshot): string {
  if (path !== null) return path;
  const stored = copies
    .filter(({ state }) => state === 'stored')
    .map((copy) => (copy.name === name ? copy.destinationName : `${copy.destinationName} as ${copy.name}`));
  return `${name} (${stored.join(', ') || 'nowhere'})`;
}

async function prune(session: Session, planName: string, options: PruneOptions): Promise<void> {
  const { plan } = await session.findPlan(planName);
  const retention = retentionOf(options);
  const review = options.review === true;
  const permanently = options.permanently === true;
  const given = { planId: plan.id, review, permanently, ...(retention === undefined ? {} : { retention }) };
  const preview = await session.call('prune.preview', given);
  const historyPaused = await pausedHistoryOf(session, plan);
  sayWhyPaused(preview, historyPaused, plan.name, review);
  if (options.dryRun === true) return printRemoval(preview, DRY);
  describe(preview);
  await confirm(
    options.yes === true || (preview.removed.length === 0 && !review),
    questionOf(preview, review),
    'Nothing was removed.',
  );
  const run = await session.run('prune.start', { ...given, confirmation: preview.confirmation });
  if (review && historyPaused !== null) await session.run('history.prune', { planId: plan.id, review });
  return printRemoval(resultOf(run, 'prune'));
}

/** Why the history of a plan is not merged; `null`: it is, or there is none. */
async function pausedHistoryOf(session: Session, { id, history }: Plan): Promise<string | null> {
  return hasHistory(history) ? (await session.call('history.summary', { planId: id })).pruningPaused : null;
}

function questionOf({ removed, removedCount, bytesFreed }: PrunePreview, review: boolean): string {
  const copies = removed.length === removedCount ? '' : ` (${countInWords(removed.length, 'copy', 'copies')})`;
  const what = `Remove ${countInWords(removedCount, 'snapshot')}${copies}, ${spaceInWords({ removed, bytesFreed })}`;
  return review ? `${what}, and resume pruning?` : `${what}?`;
}

function sayWhyPaused(
  { brakes, warnings }: PrunePreview,
  historyPaused: string | null,
  planName: string,
  review: boolean,
): void {
  if (historyPaused !== null) say(`paused  ${historyPausedInWords(historyPaused)}`);
  for (const { destination, reasons } of brakes)
    for (const { message } of reasons) say(`paused  at ${destination.name}: ${message}`);
  for (const warning of warnings) say(`warning  ${warning}`);
  if ((brakes.length > 0 || historyPaused !== null) && !review)
    say(`Pruning is paused: older snapshots stay. Review it with: snapkeep prune ${planName} --review`);
}

/** The destination, where there may be several. */
function inWords({ name, destination, reasons }: PrunedSnapshot): string {
  const at = destination === null ? '' : `  at ${destination.name}`;
  return `${name}${at}  (${reasons.map(ruleInWords).join(', ')})`;
}

function describe(preview: PrunePreview): void {
  for (const each of preview.removed) say(`remove  ${each.createdAt}  ${inWords(each)}`);
  for (const each of preview.kept) say(`keep    ${each.createdAt}  ${inWords(each)}`);
}

/** How a removal is reported, and how a preview of one. */
const DONE = { removed: 'removed ', trashed: 'in trash', kept: 'kept    ', space: (space: string) => `${space}.` };
const DRY = {
  removed: 'would remove',
  trashed: 'would remove',
  kept: 'would keep  ',
  space: (space: string) => `Nothing was removed. Without --dry-run: ${space}.`,
};

function printRemoval(outcome: PruneOutcome | PrunePreview, words = DONE): void {
  const { removed, removedCount, keptCount } = outcome;
  const kept = 'kept' in outcome ? outcome.kept : [];
  const lines = [
    ...removed.map((each) => `${each.toTrash ? words.trashed : words.removed} ${inWords(each)}`),
    ...kept.map((each) => `${words.kept} ${inWords(each)}`),
  ];
  const figures = {
    deletedCount: removedCount,
    deleted: [...new Set(removed.map(({ name }) => name))],
    retainedCount: keptCount,
  };
  print({ ...figures, ...outcome }, [...lines, words.space(spaceInWords(outcome))]);
}
