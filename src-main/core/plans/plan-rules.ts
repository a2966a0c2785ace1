import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import { hasHistory, isHistoryOnly } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import { requireTimeZone, scheduledTimesOf } from '../schedule/calendar-times.ts';
import { opensHere } from '../secrets/encryptions.ts';

/**
 * The path that stands for the source of a plan of files: that of its first attached file.
 * @throws SnapkeepError `INVALID_PARAMS` when it has none
 */
export function sourceOfFiles({ name }: Pick<Plan, 'name'>, attachedFiles: readonly AttachedFile[]): string {
  const [first] = attachedFiles;
  if (first !== undefined) return first.path;
  throw new SnapkeepError('INVALID_PARAMS', `${name} has nothing to back up.`, {
    hint: 'Add a database, or at least one file, folder or image.',
  });
}

type WhatIsHeld = Pick<
  Plan,
  'name' | 'sourceKind' | 'attachedFiles' | 'method' | 'schemaVersion' | 'lockFiles' | 'restoreTest' | 'schedule'
>;

/**
 * Refuses what only a database can have in a plan of files, and what cannot be watched.
 * @param hasKey a key was given for it
 * @throws SnapkeepError `INVALID_PARAMS`
 */
export function requireFilesOnly(plan: WhatIsHeld, hasKey: boolean): void {
  if (plan.sourceKind !== 'files') return;
  const { name, method, schemaVersion, lockFiles, restoreTest } = plan;
  const refuse = (what: string, hint: string): never => {
    throw new SnapkeepError('INVALID_PARAMS', `${name} has no database and cannot have a ${what}.`, { hint });
  };
  if (hasKey) refuse('key', 'Remove the key. To encrypt stored files, encrypt the snapshots.');
  if (method !== 'online') refuse(`method “${method}”`, 'Remove the method: it applies to databases only.');
  if (schemaVersion !== null) refuse('schema version query', 'Remove the query: it applies to databases only.');
  if (lockFiles.length > 0) refuse('list of lock files', 'Remove the lock files: they apply to databases only.');
  if (restoreTest.checks.length > 0)
    refuse('list of SQL checks', 'Remove the checks: a restore test reads all files back and compares them.');
  requireWatchable(plan);
}

function requireWatchable({ name, attachedFiles, schedule }: WhatIsHeld): void {
  if (schedule.kind !== 'on-change') return;
  if (attachedFiles.some(({ kind }) => kind !== 'image')) return;
  throw new SnapkeepError('INVALID_PARAMS', `${name} has only images, whose changes cannot be detected.`, {
    hint: 'Choose a schedule with times.',
  });
}

/** A plan whose settings go together. @throws SnapkeepError `INVALID_PARAMS`, `UNSUPPORTED` */
export function requireSound(plan: Plan, hasNewKey: boolean): Plan {
  requireFilesOnly(plan, hasNewKey);
  requireHistory(plan);
  requireSchedules(plan);
  requireMethod(plan);
  requireGroup(plan);
  return plan;
}

/** @throws SnapkeepError `INVALID_PARAMS` for files, and for what only full snapshots can have */
function requireHistory({ name, sourceKind, history, attachedFiles, sameInstant }: Plan): void {
  if (!hasHistory(history)) return;
  if (sourceKind === 'files')
    throw new SnapkeepError('INVALID_PARAMS', `${name} has no database and cannot have a history.`, {
      hint: 'Turn the history off.',
    });
  const what =
    attachedFiles.length > 0 ? 'attached files' : sameInstant ? 'a backup at the same instant as others' : null;
  if (!isHistoryOnly(history) || what === null) return;
  throw new SnapkeepError('INVALID_PARAMS', `${name} stores a history only, which cannot have ${what}.`, {
    hint: 'Store full snapshots too.',
  });
}

/**
 * The points of a history are merged, for which its files are read.
 * @param given beside what is kept
 * @throws SnapkeepError `UNSUPPORTED` where they are encrypted for recipients of whom none is known here
 */
export function requireMergeable(
  core: Pick<CoreContext, 'encryptions'>,
  { name, history, encryption }: Plan,
  given: readonly EncryptionSecret[],
): void {
  if (!hasHistory(history) || opensHere(core, encryption, given)) return;
  throw new SnapkeepError(
    'UNSUPPORTED',
    `${name} cannot have a history: its points in time could not be merged without the identity of a recipient.`,
    { hint: 'Enter the identity of one of the recipients, or turn the history off.' },
  );
}

/** @throws SnapkeepError `INVALID_PARAMS` for a schedule or a time zone that cannot be understood */
function requireSchedules(plan: Plan): void {
  requireTimeZone(plan.timeZone);
  for (const schedule of [plan.schedule, plan.restoreTest.schedule]) scheduledTimesOf(schedule, plan.timeZone, 0);
  if (plan.restoreTest.schedule.kind === 'on-change') {
    throw new SnapkeepError('INVALID_PARAMS', 'Restore tests cannot run after changes.', {
      hint: 'Choose a schedule with times.',
    });
  }
}

/** @throws SnapkeepError `UNSUPPORTED` for a dump that would be plain text of what is encrypted */
function requireMethod({ method, key, encryption, name }: Plan): void {
  if (method !== 'dump' || key === null || encryption !== null) return;
  throw new SnapkeepError(
    'UNSUPPORTED',
    `The database of ${name} is encrypted, and its SQL dump would be plain text.`,
    {
      hint: 'Choose another method, or encrypt the snapshots of this plan.',
    },
  );
}

/** @throws SnapkeepError `INVALID_PARAMS` */
function requireGroup({ sameInstant, group, sourceKind, name }: Plan): void {
  if (!sameInstant || (group !== null && sourceKind === 'database')) return;
  const why = group === null ? 'it has no group' : 'it has no database';
  throw new SnapkeepError('INVALID_PARAMS', `${name} cannot be backed up at the same instant as others: ${why}.`, {
    hint: 'Set a group, or turn off “Back up at the same instant”.',
  });
}
