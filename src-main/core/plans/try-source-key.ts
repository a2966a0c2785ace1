import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { answerByTask } from '../runs/request-task.ts';
import { keysOfPlan } from '../secrets/keys.ts';

/** Each try is a process of its own: one at a time. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Tries whether a plan's key opens its encrypted database.
 * @param path canonical
 * @returns why it does not; `null`: it does, or a program keeps others from reading
 */
export function trySourceKey(core: CoreContext, plan: Plan, path: string): Promise<SnapkeepError | null> {
  const tried = turn.then(() => tryInTurn(core, plan, path));
  turn = tried.catch(() => {});
  return tried;
}

async function tryInTurn(core: CoreContext, plan: Plan, path: string): Promise<SnapkeepError | null> {
  if (plan.key === null) return null;
  const { from, fingerprint: key, settings } = plan.key;
  const open = (keys: readonly DatabaseKey[]): Promise<SnapkeepError | null> => problemOf(core, path, keys);
  // No program is asked for its key every hour: only when the one that it gave last does not fit any more.
  const problem = await open(core.keys.all({ key, settings }));
  if (problem?.code !== 'BAD_KEY' || 'kept' in from) return problem;
  return open(await keysOfPlan(core, plan, (_level, message) => core.log.warn(message)));
}

async function problemOf(core: CoreContext, path: string, keys: readonly DatabaseKey[]): Promise<SnapkeepError | null> {
  try {
    const signal = new AbortController().signal;
    await answerByTask(core, 'try-keys', { path }, { what: `Opening ${path}`, signal, keys });
    return null;
  } catch (error) {
    const explained = explainError(error, path);
    return SAYS_NOTHING.has(explained.code) ? null : explained;
  }
}

/** What a try meets that says nothing of the database: it is in use, or this machine had no room or time for it. */
const SAYS_NOTHING: ReadonlySet<SnapkeepError['code']> = new Set([
  'BUSY',
  'LOCKED',
  'NO_SPACE',
  'TIMED_OUT',
  'CANCELLED',
]);
