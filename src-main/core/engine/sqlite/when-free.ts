import { setTimeout as delay } from 'node:timers/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine-errors.ts';
import type { TaskContext } from '../task-context.ts';

const RETRY_MS = 50;

/** A database whose lock another program may hold. */
export interface Lockable {
  path: string;
  /** How long that lock is waited for, in milliseconds. */
  lockWaitMs: number;
}

/**
 * Tries something until no lock of another program is in its way.
 * @param attempt answers whether it was done; `false`: the database is locked
 * @throws SnapkeepError `LOCKED` when the lock is not given free in time
 */
export async function whenFree(
  { path, lockWaitMs }: Lockable,
  context: TaskContext,
  attempt: () => boolean | Promise<boolean>,
): Promise<void> {
  const started = context.now().getTime();
  for (let told = false; !(await attempt()); told = true) {
    if (context.now().getTime() - started >= lockWaitMs) {
      throw new SnapkeepError(
        'LOCKED',
        `${path} is locked by another program (waited ${Math.round(lockWaitMs / 1000)} s).`,
        {
          hint: 'Nothing was changed. Wait for it to finish, or close it, and try again.',
        },
      );
    }
    if (!told) context.log('info', 'Another program holds a lock; waiting for it.');
    context.throwIfCancelled();
    await delay(RETRY_MS);
  }
}

/** Whether SQLite says that another connection's lock is in the way. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(errorCode(error) ?? '');

/** Does something once, as an attempt for {@link whenFree}. @returns whether no lock was in its way */
export function unlessBusy(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}
