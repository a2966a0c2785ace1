import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { KeyInput, PlanKey } from '../../../src-shared/model/database-encryption.ts';
import type { Plan, PlanDestination, PlanDestinationInput } from '../../../src-shared/model/plan.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { emptyOutbox, wantCopies } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { addFolder, requireDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import { absolutePath, canonicalFilePath } from '../engine/files/paths.ts';
import { withSettings } from '../engine/sqlite/database-key.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { announceRetention } from '../prune/prune-brakes.ts';
import { previewPrune, requireFresh } from '../prune/prune-preview.ts';
import { requireTimeZone, scheduledTimesOf } from '../schedule/calendar-times.ts';
import { readPlanEncryption } from '../secrets/encryptions.ts';
import { rememberedAs } from '../secrets/keys.ts';
import { checkEverything } from './check-everything.ts';
import { checkSource } from './check-source.ts';
import { prepareAttachedFiles } from './plan-attached-files.ts';
import { requireFilesOnly, sourceOfFiles } from './plan-of-files.ts';
import { summarizePlan } from './plan-summary.ts';
import { describe } from './source-handlers.ts';

/** Lists, makes, changes and removes plans. */
export function plansHandlers(core: CoreContext): Handlers<MethodsOf<'plans'>> {
  const { catalog, events } = core;
  return {
    'plans.list': () => catalog.plans.list().map((plan) => summarizePlan(core, plan)),
    'plans.check': async () => {
      await checkEverything(core);
      return {};
    },
    'plans.get': ({ planId }) => summarizePlan(core, catalog.plans.require(planId)),
    'plans.create': async ({ key, encryptionSecrets, ...input }, signal) => {
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
      catalog.transaction(() => {
        catalog.plans.save(plan);
        for (const secret of secrets) core.encryptions.keep(secret, plan.id);
      });
      await checkSource(core, plan);
      core.scheduler.tick();
      core.copier.tick();
      events.emit('plans.changed', {});
      return plan;
    },
    'plans.update': async (
      { planId, key, destinations, attachedFiles, encryptionSecrets, pruneConfirmation, ...change },
      signal,
    ) => {
      const plan = catalog.plans.require(planId);
      if (change.name !== undefined && change.name.toLowerCase() !== plan.name.toLowerCase())
        requireFreeName(catalog, change.name);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const beside = attachedFiles === undefined ? {} : await attachedFilesOf(core, plan, attachedFiles);
      requireFilesOnly({ ...plan, ...given, ...beside }, key !== undefined);
      const known = key === undefined ? {} : { key: await tryKey(core, plan.sourcePath, key, signal) };
      const stored = destinations === undefined ? {} : { destinations: await prepareDestinations(core, destinations) };
      const all: Partial<Plan> = { ...given, ...beside, ...known, ...stored };
      const changed = (before: Plan): Plan =>
        requireSound({ ...before, ...all, updatedAt: core.clock.now().toISOString() }, key !== undefined);
      const proposed = changed(plan);
      if (pruneConfirmation !== undefined)
        requireFresh(previewPrune(core, plan, { retention: proposed.retention, review: true }), pruneConfirmation);
      const secrets =
        change.encryption === undefined && encryptionSecrets === undefined
          ? []
          : await readPlanEncryption(core, planId, proposed.encryption, encryptionSecrets);
      const { before, updated } = catalog.transaction(() => {
        // Somebody else may have changed the plan, or taken the name, meanwhile.
        const current = catalog.plans.require(planId);
        if (catalog.plans.byName(change.name ?? '')?.id !== planId && change.name !== undefined)
          requireFreeName(catalog, change.name);
        const saved = changed(current);
        catalog.plans.save(saved);
        for (const secret of secrets) core.encryptions.keep(secret, planId);
        return { before: current, updated: saved };
      });
      // Whoever saves a plan has seen where its source is now.
      await checkSource(core, updated, { accepted: true });
      if (pruneConfirmation !== undefined) announceRetention(core, updated);
      if (destinations !== undefined) await followDestinations(core, before, updated);
      core.scheduler.tick();
      events.emit('plans.changed', {});
      return updated;
    },
    'plans.remove': ({ planId }) => {
      catalog.plans.require(planId);
      if (core.runs.active().some((run) => run.planId === planId)) {
        throw new SnapkeepError('BUSY', 'A run of this plan is active.', {
          hint: 'Wait until it ends or cancel it, then delete the plan.',
        });
      }
      const snapshotsLeft = catalog.kept.totals(planId).count;
      catalog.plans.remove(planId);
      events.emit('plans.changed', {});
      events.emit('snapshots.changed', { planId: null });
      return { snapshotsLeft };
    },
  };
}

function requireFreeName(catalog: Catalog, name: string): void {
  if (catalog.plans.byName(name) === undefined) return;
  throw new SnapkeepError('CONFLICT', `A plan named “${name}” already exists.`, { hint: 'Choose another name.' });
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

/** A plan whose settings go together. @throws SnapkeepError `INVALID_PARAMS`, `UNSUPPORTED` */
function requireSound(plan: Plan, hasNewKey: boolean): Plan {
  requireFilesOnly(plan, hasNewKey);
  requireSchedules(plan);
  requireMethod(plan);
  requireGroup(plan);
  return plan;
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

/** The path of a database that is there, as it was given: a link in it is followed at each run. @throws SnapkeepError */
async function requireSource(given: string): Promise<string> {
  const path = await canonicalFilePath(given);
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
  } catch (error) {
    throw explainError(error, path);
  }
  if (!isFile)
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not a file.`, { hint: 'Choose the database file.' });
  return absolutePath(given);
}

/**
 * Opens the database with a key, keeps the key, and says what the plan remembers of it.
 * @throws SnapkeepError `BAD_KEY` when it does not open it, `INVALID_PARAMS` when the database needs none
 */
async function tryKey(core: CoreContext, path: string, input: KeyInput, signal: AbortSignal): Promise<PlanKey> {
  const key = await core.keys.read(input);
  const { databaseEncryption } = await describe(core, path, key, signal);
  if (databaseEncryption === null || databaseEncryption.settings === null) {
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not encrypted and needs no key.`, {
      hint: 'Remove the key.',
    });
  }
  const { settings } = databaseEncryption;
  core.keys.keep(withSettings(key, settings));
  return { from: rememberedAs(input), fingerprint: key.fingerprint, settings };
}

/**
 * The destinations that were chosen; a folder becomes one.
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` when one is chosen twice
 */
async function prepareDestinations(
  core: CoreContext,
  chosen: readonly PlanDestinationInput[],
): Promise<PlanDestination[]> {
  const prepared: PlanDestination[] = [];
  for (const each of chosen) {
    const known = 'path' in each ? undefined : requireDestination(core.catalog, each.destinationId);
    const path = 'path' in each ? each.path : known?.settings.kind === 'folder' ? known.settings.path : undefined;
    // A folder that was only read from so far is added by being given to a plan.
    const added = known === undefined || known.markerId === null ? path : undefined;
    const destination = added === undefined ? known : await addFolder(core, added);
    if (destination === undefined) throw new Error('A destination has neither a path nor an id.');
    if (prepared.some(({ destinationId }) => destinationId === destination.id)) {
      throw new SnapkeepError('INVALID_PARAMS', `${destination.name} is selected twice.`, {
        hint: 'Select each destination once.',
      });
    }
    prepared.push({ destinationId: destination.id, retention: each.retention });
  }
  core.events.emit('destinations.changed', {});
  return prepared;
}

/** What a destination that was put in lacks is copied to it; nothing waits any more for one that was taken out. */
async function followDestinations(core: CoreContext, before: Plan, plan: Plan): Promise<void> {
  for (const { destinationId } of before.destinations)
    if (!plan.destinations.some((each) => each.destinationId === destinationId))
      core.catalog.copies.dequeue(plan.id, destinationId);
  wantCopies(core.catalog, core.clock, plan);
  await emptyOutbox(core);
  core.copier.tick();
  core.events.emit('snapshots.changed', { planId: plan.id });
}
