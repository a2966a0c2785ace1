import { randomUUID } from 'node:crypto';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { KEEP_ALL, type Plan, PlanInput } from '../../../src-shared/model/plan.ts';
import type {
  DescribedSnapshot,
  PlanRecovery,
  RecoverablePlan,
  RecoveryScan,
} from '../../../src-shared/model/recovery/recovery.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { readDescribed } from '../copies/described-snapshots.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { exists } from '../engine/files/durable-files.ts';
import { restoreTestThatOpens } from '../plans/restore-test-that-opens.ts';
import { importDescribed } from '../snapshots/import-described.ts';

/** A plan's snapshots at a destination: the id of their service, and of the plan there. */
const familyOf = ({ service, plan }: Manifest): string | null =>
  service === null || plan.id === null ? null : `${service.id} ${plan.id}`;

const newestFirst = (a: Manifest, b: Manifest): number => b.createdAt.localeCompare(a.createdAt);

/**
 * Reads what the manifests at a destination tell of plans and snapshots. Nothing is entered.
 * @throws SnapkeepError when the destination cannot be read
 */
export async function scanForPlans(
  catalog: Catalog,
  driver: Destination,
  signal: AbortSignal | undefined,
): Promise<RecoveryScan> {
  const { manifests, problems } = await readDescribed(driver, signal);
  const described = manifests.sort(newestFirst);
  const plans = [...familiesOf(catalog, described).values()].map((family) => toRecoverable(catalog, family));
  const snapshots = described.map((manifest) => toDescribed(catalog, manifest));
  return { location: driver.label, plans: await Promise.all(plans), snapshots, problems };
}

/** Snapshots by the plan they were made for. What the catalog has made itself needs no recovery. */
function familiesOf(catalog: Catalog, described: readonly Manifest[]): Map<string, Manifest[]> {
  const families = new Map<string, Manifest[]>();
  for (const manifest of described) {
    const family = familyOf(manifest);
    if (family === null || manifest.trigger === 'before-restore') continue;
    if (catalog.snapshots.get(manifest.id)?.origin === 'own') continue;
    families.set(family, [...(families.get(family) ?? []), manifest]);
  }
  return families;
}

async function toRecoverable(catalog: Catalog, family: readonly Manifest[]): Promise<RecoverablePlan> {
  const [newest] = family;
  if (newest?.service == null || newest.plan.id === null)
    throw new Error('A recoverable plan has a snapshot of its own.');
  return {
    serviceId: newest.service.id,
    planId: newest.plan.id,
    name: newest.plan.name,
    sourceKind: newest.database === null ? 'files' : 'database',
    sourcePath: newest.source.path,
    sourceExists: await exists(newest.source.path),
    attachedFiles: newest.attachedFiles.map(({ name, path, kind, exclude }) => ({ name, path, kind, exclude })),
    settings: newest.plan.settings,
    snapshots: family.map((manifest) => toDescribed(catalog, manifest)),
  };
}

function toDescribed(
  catalog: Catalog,
  { id, name, createdAt, stored, plan, source, trigger }: Manifest,
): DescribedSnapshot {
  const listedAs = catalog.snapshots.get(id)?.origin ?? null;
  return {
    id,
    name,
    createdAt,
    sizeBytes: stored.bytes,
    planName: plan.name,
    sourcePath: source.path,
    trigger,
    listedAs,
  };
}

/**
 * Makes plans of what a person has chosen from a scan: the chosen snapshots become the catalog's own, with the id of
 * the service that made them; the others of the same plan are imported.
 * @throws SnapkeepError `CONFLICT` for a name that is taken, `NOT_FOUND` for what is not at the destination any more
 */
export async function recoverPlans(
  core: CoreContext,
  destination: StoredDestination,
  driver: Destination,
  chosen: readonly PlanRecovery[],
): Promise<Plan[]> {
  const { catalog } = core;
  const { manifests } = await readDescribed(driver, undefined);
  const families = familiesOf(catalog, manifests.sort(newestFirst));
  const orders = chosen.map((recovery) => {
    const family = families.get(`${recovery.serviceId} ${recovery.planId}`) ?? [];
    return { recovery, family, plan: toPlan(core, recovery, family, destination) };
  });
  const names = orders.map(({ plan }) => plan.name.toLowerCase());
  const taken = orders.find(
    ({ plan }, index) =>
      catalog.plans.byName(plan.name) !== undefined || names.indexOf(plan.name.toLowerCase()) < index,
  );
  if (taken !== undefined) {
    throw new SnapkeepError('CONFLICT', `A plan named “${taken.plan.name}” already exists.`, {
      hint: 'Nothing was recovered. Choose another name for the recovered plan.',
    });
  }
  for (const { recovery, family, plan } of orders) enterPlan(core, destination, plan, recovery, family);
  return orders.map(({ plan }) => plan);
}

/** @throws SnapkeepError `NOT_FOUND` */
function toPlan(
  core: CoreContext,
  { name, sourcePath, attachedFilePaths, snapshotIds }: PlanRecovery,
  family: readonly Manifest[],
  destination: StoredDestination,
): Plan {
  const [newest] = family;
  const lacking = snapshotIds.filter((id) => !family.some((manifest) => manifest.id === id));
  if (newest === undefined || lacking.length > 0) {
    throw new SnapkeepError('NOT_FOUND', `Snapshots of ${name} are missing in ${destination.name}.`, {
      hint: 'Nothing was recovered. Rescan the destination.',
    });
  }
  const { settings } = newest.plan;
  const attachedFiles = newest.attachedFiles.map(({ name: own, path, kind, exclude }) => {
    return { name: own, path: attachedFilePaths[own] ?? path, kind, exclude };
  });
  const now = core.clock.now().toISOString();
  const { databaseEncryption } = newest;
  const input = PlanInput.parse({
    ...{ name, sourcePath, attachedFiles, destinations: [{ destinationId: destination.id, retention: null }] },
    sourceKind: newest.database === null ? 'files' : 'database',
    compression: newest.compression,
    encryption: newest.encryption,
    method: newest.method === 'sql-dump' ? 'dump' : 'online',
    schedule: settings?.schedule,
    timeZone: settings?.timeZone,
    retention: settings?.retention ?? KEEP_ALL,
    tags: settings?.tags,
  });
  return {
    ...input,
    restoreTest: restoreTestThatOpens(core, input),
    destinations: [{ destinationId: destination.id, retention: null }],
    ...{ id: randomUUID(), createdAt: now, updatedAt: now, paused: null },
    key: databaseEncryption && {
      from: { kept: true },
      fingerprint: databaseEncryption.key,
      settings: databaseEncryption.settings,
    },
  };
}

function enterPlan(
  { catalog, clock }: CoreContext,
  destination: StoredDestination,
  plan: Plan,
  { serviceId, planId: formerId, snapshotIds }: PlanRecovery,
  family: readonly Manifest[],
): void {
  const at = clock.now().toISOString();
  catalog.plans.save(plan);
  // The order of making is that in which they are entered: the oldest first.
  for (const manifest of family.toReversed()) {
    if (snapshotIds.includes(manifest.id))
      catalog.snapshots.recover(manifest, { destinationId: destination.id, plan, at });
    else {
      importDescribed(catalog, clock, manifest, destination);
      catalog.snapshots.setPlan(manifest.id, plan.id);
    }
  }
  catalog.recoveries.add({ planId: plan.id, serviceId, formerPlanId: formerId, newestAt: family[0]?.createdAt ?? at });
}
