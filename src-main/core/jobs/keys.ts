import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { KeyFingerprint, KeyInput, PlanKey } from '../../../src-shared/model/encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import { readManifest } from '../engine/manifest-files.ts';
import type { RunHandle } from './runs.ts';

/** The keys to try on a plan's database, its own first. One that cannot be read just now has been kept. */
export async function keysOfPlan(core: CoreContext, plan: Plan, log: RunHandle['log']): Promise<DatabaseKey[]> {
  if (plan.key === null) return core.keys.all();
  try {
    return await core.keys.ofPlan(plan.key);
  } catch (error) {
    if (!(error instanceof SnapkeepError)) throw error;
    log('warning', `${error.message} The key that was kept is tried instead.`);
    return core.keys.all({ key: plan.key.fingerprint, format: plan.key.format });
  }
}

/** The key of a file, as its manifest tells it. */
export async function fingerprintOf(path: string): Promise<KeyFingerprint | undefined> {
  return (await manifestIfAny(path))?.encryption?.key;
}

/** The manifest of a file, for what it hints at. */
export async function manifestIfAny(path: string): Promise<Manifest | undefined> {
  try {
    return await readManifest(path);
  } catch (error) {
    // The run will meet the same manifest and say what is wrong with it; here it is just no hint.
    if (error instanceof SnapkeepError) return undefined;
    throw error;
  }
}

/** Keeps the key that has opened something, if there was one. */
export function keepKey(
  core: CoreContext,
  keys: readonly DatabaseKey[],
  used: KeyFingerprint | null | undefined,
): void {
  const key = keys.find(({ fingerprint }) => fingerprint === used);
  if (key !== undefined) core.keys.keep(key);
}

/** What a plan remembers of how its key was given. */
export function rememberedAs(input: KeyInput): PlanKey['from'] {
  return 'value' in input ? { kept: true } : input;
}
