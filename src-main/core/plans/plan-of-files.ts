import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';

/**
 * The path that stands for the source of a plan of files: that of its first attached file.
 * @throws SnapkeepError `INVALID_PARAMS` when it has none
 */
export function sourceOfFiles({ name }: Pick<Plan, 'name'>, attachedFiles: readonly AttachedFile[]): string {
  const [first] = attachedFiles;
  if (first !== undefined) return first.path;
  throw new SnapkeepError('INVALID_PARAMS', `${name} would have nothing to back up.`, {
    hint: 'A plan without a database needs at least one file, folder or image.',
  });
}

type WhatIsHeld = Pick<
  Plan,
  'name' | 'sourceKind' | 'attachedFiles' | 'method' | 'schemaVersion' | 'lockFiles' | 'restoreTest' | 'schedule'
>;

/**
 * Refuses what only a database can have in a plan of files, and what cannot be watched.
 * @param hasKey somebody has given a key for it
 * @throws SnapkeepError `INVALID_PARAMS`
 */
export function requireFilesOnly(plan: WhatIsHeld, hasKey: boolean): void {
  if (plan.sourceKind !== 'files') return;
  const { name, method, schemaVersion, lockFiles, restoreTest } = plan;
  const refuse = (what: string, hint: string): never => {
    throw new SnapkeepError('INVALID_PARAMS', `${name} has no database, and so no ${what}.`, { hint });
  };
  if (hasKey) refuse('key', 'Leave the key out; to encrypt what is stored, encrypt the snapshots.');
  if (method !== 'online') refuse(`method “${method}”`, 'Leave the method out: files are stored as they are.');
  if (schemaVersion !== null) refuse('version of a schema', 'Leave the question for the version out.');
  if (lockFiles.length > 0) refuse('lock files', 'Leave them out; the deletion of a database is for databases.');
  if (restoreTest.checks.length > 0)
    refuse('checks in SQL', 'Leave them out: a restore test reads all files back and compares them.');
  requireWatchable(plan);
}

function requireWatchable({ name, attachedFiles, schedule }: WhatIsHeld): void {
  if (schedule.kind !== 'on-change') return;
  if (attachedFiles.some(({ kind }) => kind !== 'image')) return;
  throw new SnapkeepError('INVALID_PARAMS', `${name} holds only images, whose changes cannot be noticed.`, {
    hint: 'Give it a schedule of days or hours.',
  });
}
