import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { DatabaseEncryption, KeyInput, PlanKey } from '../../../src-shared/model/database-encryption.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import { type DatabaseKey, withSettings } from '../engine/sqlite/database-key.ts';
import type { RunHandle } from '../runs/run-work.ts';

/** The keys to try on a plan's database, its own first. One that cannot be read just now has been kept. */
export async function keysOfPlan(core: CoreContext, plan: Plan, log: RunHandle['log']): Promise<DatabaseKey[]> {
  if (plan.key === null) return core.keys.all();
  try {
    return await core.keys.ofPlan(plan.key);
  } catch (error) {
    if (!(error instanceof SnapkeepError)) throw error;
    log('warning', `${error.message} Trying the stored key instead.`);
    return core.keys.all({ key: plan.key.fingerprint, settings: plan.key.settings });
  }
}

/** Keeps the key that has opened something, if there was one, and what it opened it with. */
export function keepKey(
  core: CoreContext,
  keys: readonly DatabaseKey[],
  used: DatabaseEncryption | null | undefined,
): void {
  const key = keys.find(({ fingerprint }) => fingerprint === used?.key);
  if (key !== undefined && used) core.keys.keep(withSettings(key, used.settings));
}

/** What a plan remembers of how its key was given. */
export function rememberedAs(input: KeyInput): PlanKey['from'] {
  if ('value' in input) return { kept: true };
  return 'environment' in input ? { environment: input.environment } : { command: input.command };
}
