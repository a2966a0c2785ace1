import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/** The error of a database that can only be read, and so not be backed up at the same instant as others. */
export function notLockable(path: string, cause: unknown): SnapkeepError {
  return new SnapkeepError('PERMISSION', `${path} cannot be locked: Snapkeep has read access only.`, {
    hint: 'Backups at the same instant need write access to each database. Grant it, or turn off “Back up at the same instant” in the plan.',
    cause,
  });
}
