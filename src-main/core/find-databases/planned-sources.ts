import { stat } from 'node:fs/promises';
import type { FoundDatabase } from '../../../src-shared/model/found-database.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { identityOf } from '../../platform/file-identity.ts';
import type { CoreContext } from '../core-context.ts';
import { askInTime } from '../destinations/ask-in-time.ts';

type NamedPlan = NonNullable<FoundDatabase['plan']>;

/** Which plan backs a database up, by its path and by its identity. */
export interface PlannedSources {
  byPath: ReadonlyMap<string, NamedPlan>;
  byIdentity: ReadonlyMap<string, NamedPlan>;
}

/** A list does not wait longer for the disk of a source, in milliseconds: then the plan is known by its paths alone. */
const PATIENCE_MS = 1000;

/** Returns the databases that plans back up: as they were given, where their links led at the last check, and what they are. */
export async function plannedSources(core: CoreContext): Promise<PlannedSources> {
  const { catalog, clock } = core;
  const plans = catalog.plans.list().filter(({ sourceKind }) => sourceKind === 'database');
  const over = Promise.withResolvers<null>();
  const forget = clock.wake(PATIENCE_MS, () => over.resolve(null));
  const identities = await Promise.all(plans.map((plan) => Promise.race([identityOfSource(core, plan), over.promise])));
  forget();
  const byPath = new Map<string, NamedPlan>();
  const byIdentity = new Map<string, NamedPlan>();
  for (const [index, { id, name, sourcePath }] of plans.entries()) {
    const identity = identities[index];
    const followed = catalog.checks.get(id)?.followed.find(({ given }) => given === sourcePath)?.path;
    for (const path of [sourcePath, followed]) if (path !== undefined) byPath.set(path, { id, name });
    if (identity != null) byIdentity.set(identity, { id, name });
  }
  return { byPath, byIdentity };
}

async function identityOfSource({ serviceId }: CoreContext, { id, sourcePath }: Plan): Promise<string | null> {
  const ask = async (): Promise<string | null> => {
    try {
      return identityOf(await stat(sourcePath, { bigint: true }));
    } catch {
      // The list of plans says that this source was not found.
      return null;
    }
  };
  const answer = await askInTime(`identity of ${serviceId} ${id}`, ask);
  return answer === 'late' ? null : answer;
}
