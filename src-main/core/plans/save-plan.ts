import { randomUUID } from 'node:crypto';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { EncryptionSecretsInput } from '../../../src-shared/model/encryption.ts';
import type { Plan, PlanInput } from '../../../src-shared/model/plan.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { tellPlans } from '../catalog/changes.ts';
import { emptyOutbox, wantCopies } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import { announceRetention } from '../prune/prune-brakes.ts';
import { previewPrune, requireFresh } from '../prune/prune-preview.ts';
import { readPlanEncryption } from '../secrets/encryptions.ts';
import { checkSource } from './check-source.ts';
import { hasNoDatabase } from './compare-source.ts';
import { describeSource } from './describe-source.ts';
import { requireFilesOnly, requireMergeable, requireSound, sourceOfFiles } from './plan-rules.ts';
import { prepareAttachedFiles, prepareDestinations, requireSource, tryKey } from './prepare-plan.ts';
import { restoreTestThatOpens } from './restore-test-that-opens.ts';

/** What is given with a plan and is not stored in it. */
interface GivenWithPlan {
  key: KeyInput | undefined;
  encryptionSecrets: EncryptionSecretsInput | undefined;
}

/** What is given with a change of a plan. */
interface GivenWithChange extends GivenWithPlan {
  /** Of the preview of a changed retention; pruning by it then needs no review. */
  pruneConfirmation: string | undefined;
  /** The `updatedAt` of the plan that was changed; another one means that it has been changed since. */
  unchangedSince: string | undefined;
}

/** What a plan is changed to: its own fields, with the destinations as they were chosen. */
type PlanChange = { [F in keyof PlanInput]?: PlanInput[F] | undefined };

/**
 * Makes a plan: everything is checked and prepared first, then stored in one transaction.
 * @throws SnapkeepError `CONFLICT` for a name that is taken, `INVALID_PARAMS`, `UNSUPPORTED`, `BAD_KEY`, and as the source does
 */
export async function createPlan(
  core: CoreContext,
  input: PlanInput,
  { key, encryptionSecrets }: GivenWithPlan,
  signal: AbortSignal,
): Promise<Plan> {
  const { catalog } = core;
  requireFreeName(catalog, input.name);
  const attachedFiles = await prepareAttachedFiles(core, input.attachedFiles);
  const sourcePath =
    input.sourceKind === 'files' ? sourceOfFiles(input, attachedFiles) : await requireSource(input.sourcePath);
  requireFilesOnly({ ...input, attachedFiles }, key !== undefined);
  const destinations = await prepareDestinations(core, input.destinations);
  const secrets = await readPlanEncryption(core, null, input.encryption, encryptionSecrets);
  const now = core.clock.now().toISOString();
  const plan: Plan = {
    ...input,
    restoreTest: restoreTestThatOpens(core, input, secrets),
    sourcePath,
    destinations,
    attachedFiles,
    id: randomUUID(),
    createdAt: now,
    updatedAt: now,
    paused: null,
    key: key === undefined ? null : await tryKey(core, sourcePath, key, signal),
  };
  requireSound(plan, key !== undefined);
  requireMergeable(core, plan, secrets);
  catalog.transaction(() => {
    requireFreeName(catalog, plan.name);
    catalog.plans.save(plan);
    for (const secret of secrets) core.encryptions.keep(secret, plan.id);
  });
  await checkSource(core, plan);
  core.scheduler.tick();
  core.copier.tick();
  tellPlans(core, plan);
  return plan;
}

/**
 * Changes a plan, and what follows from it for its copies and for pruning, in one transaction.
 * @throws SnapkeepError `NOT_FOUND`; `CONFLICT` for a name that is taken, a preview that is out of date, or a plan that has
 * been changed since; as {@link createPlan}
 */
export async function updatePlan(
  core: CoreContext,
  planId: string,
  { destinations, attachedFiles, sourcePath, ...change }: PlanChange,
  { key, encryptionSecrets, pruneConfirmation, unchangedSince }: GivenWithChange,
  signal: AbortSignal,
): Promise<Plan> {
  const { catalog } = core;
  const plan = catalog.plans.require(planId);
  requireUnchanged(plan, unchangedSince);
  requireFreeName(catalog, change.name ?? plan.name, planId);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const beside = attachedFiles === undefined ? {} : await attachedFilesOf(core, plan, attachedFiles);
  requireFilesOnly({ ...plan, ...given, ...beside }, key !== undefined);
  const source = sourcePath === undefined ? {} : await movedSource(core, plan, { sourcePath, key }, signal);
  const from = source.sourcePath ?? plan.sourcePath;
  const known = key === undefined ? {} : { key: await tryKey(core, from, key, signal) };
  const stored = destinations === undefined ? {} : { destinations: await prepareDestinations(core, destinations) };
  const all: Partial<Plan> = { ...given, ...beside, ...source, ...known, ...stored };
  const changed = (before: Plan, secrets: readonly EncryptionSecret[] = []): Plan => {
    const after = { ...before, ...all, updatedAt: laterThan(before.updatedAt, core.clock.now()) };
    const restoreTest =
      change.encryption === undefined || change.restoreTest !== undefined
        ? after.restoreTest
        : restoreTestThatOpens(core, after, secrets);
    return requireSound({ ...after, restoreTest }, key !== undefined);
  };
  const proposed = changed(plan);
  if (pruneConfirmation !== undefined)
    requireFresh(previewPrune(core, plan, { retention: proposed.retention, review: true }), pruneConfirmation);
  const secrets =
    change.encryption === undefined && encryptionSecrets === undefined
      ? []
      : await readPlanEncryption(core, planId, proposed.encryption, encryptionSecrets);
  const { before, updated } = catalog.transaction(() => {
    // Another window may have changed the plan, or taken the name, meanwhile.
    const current = catalog.plans.require(planId);
    requireUnchanged(current, unchangedSince);
    requireFreeName(catalog, change.name ?? current.name, planId);
    const after = changed(current, secrets);
    requireMergeable(core, after, secrets);
    catalog.plans.save(after);
    for (const secret of secrets) core.encryptions.keep(secret, planId);
    if (pruneConfirmation !== undefined) announceRetention(core, after);
    if (destinations !== undefined) followDestinations(core, current, after);
    return { before: current, updated: after };
  });
  // Whoever saves a plan has seen where its source is now.
  await checkSource(core, updated, { accepted: true });
  if (destinations !== undefined) {
    await emptyOutbox(core);
    core.copier.tick();
    core.events.emit('snapshots.changed', { planId });
  }
  core.scheduler.tick();
  tellPlans(core, before, updated);
  return updated;
}

/** @param ownId the plan that may have the name; @throws SnapkeepError `CONFLICT` */
function requireFreeName(catalog: Catalog, name: string, ownId?: string): void {
  const other = catalog.plans.byName(name);
  if (other === undefined || other.id === ownId) return;
  throw new SnapkeepError('CONFLICT', `A plan named “${name}” already exists.`, { hint: 'Choose another name.' });
}

/** @throws SnapkeepError `CONFLICT` for a plan that has been changed since it was read */
function requireUnchanged({ name, updatedAt }: Plan, unchangedSince: string | undefined): void {
  if (unchangedSince === undefined || unchangedSince === updatedAt) return;
  throw new SnapkeepError('CONFLICT', `The plan ${name} was changed meanwhile.`, {
    hint: 'Nothing was saved. Review its current settings and save again.',
  });
}

/** Now, but after an instant: no two states of a plan may seem the same, whatever the clock says. */
const laterThan = (before: string, now: Date): string =>
  new Date(Math.max(now.getTime(), Date.parse(before) + 1)).toISOString();

/**
 * The source of a plan from now on, and its key where the database at the new path has none.
 * @throws SnapkeepError `INVALID_PARAMS` for a plan of files, `BAD_KEY` when no known key opens it; as {@link requireSource}
 */
async function movedSource(
  core: CoreContext,
  { name, sourceKind }: Plan,
  { sourcePath, key }: { sourcePath: string; key: KeyInput | undefined },
  signal: AbortSignal,
): Promise<Partial<Pick<Plan, 'sourcePath' | 'key'>>> {
  if (sourceKind === 'files') throw hasNoDatabase(name);
  const given = await requireSource(sourcePath);
  if (key !== undefined) return { sourcePath: given };
  const { databaseEncryption } = await describeSource(core, await canonicalFilePath(given), undefined, signal);
  if (databaseEncryption?.locked === true)
    throw new SnapkeepError('BAD_KEY', `${given} is encrypted, and no known key opens it.`, { hint: 'Enter its key.' });
  return { sourcePath: given, ...(databaseEncryption === null ? { key: null } : {}) };
}

/** The attached files of a plan from now on; where they are all it has, its source goes with them. */
async function attachedFilesOf(
  core: CoreContext,
  plan: Plan,
  chosen: readonly AttachedFile[],
): Promise<Partial<Pick<Plan, 'attachedFiles' | 'sourcePath'>>> {
  const attachedFiles = await prepareAttachedFiles(core, chosen);
  return plan.sourceKind === 'files'
    ? { attachedFiles, sourcePath: sourceOfFiles(plan, attachedFiles) }
    : { attachedFiles };
}

/** What a destination that was put in lacks is copied to it; nothing waits any more for one that was taken out. */
function followDestinations({ catalog, clock }: CoreContext, before: Plan, plan: Plan): void {
  for (const { destinationId } of before.destinations)
    if (!plan.destinations.some((each) => each.destinationId === destinationId))
      catalog.copies.dequeue(plan.id, destinationId);
  wantCopies(catalog, clock, plan);
}
