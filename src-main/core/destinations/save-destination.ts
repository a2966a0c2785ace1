import { randomUUID } from 'node:crypto';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type {
  DestinationSecretsInput,
  DestinationSettings,
  SelfTestReport,
} from '../../../src-shared/model/destination.ts';
import { destinationLabel, isSameLocation } from '../../../src-shared/words/destination-words.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { canonicalPath, refuseDataFolder } from '../engine/files/paths.ts';
import { driverSecrets, keepSecrets, keptSecrets } from '../secrets/destination-secrets.ts';
import { assertReachable, attach, requireDestination, withDestination } from './destination-access.ts';
import { openDriver } from './drivers/open-driver.ts';
import { selfTest } from './drivers/self-test.ts';
import { requireMoved } from './moved-destination.ts';
import { sameDiskWarnings } from './one-disk.ts';

/**
 * Tests and saves a destination. One that fails its test is saved only when that is asked for.
 * @returns its id, `null` when it was not saved, and what the test found
 * @throws SnapkeepError `INVALID_PARAMS`; `CONFLICT` for a taken name or folder, and for another kind or content
 */
export async function saveDestination(
  core: CoreContext,
  {
    destinationId,
    name,
    settings: given,
    secrets: entered = {},
    saveAnyway,
    create,
  }: ParsedParams<'destinations.save'>,
): Promise<{ id: string | null; report: SelfTestReport }> {
  const { catalog, secrets, clock } = core;
  const before = destinationId === undefined ? undefined : requireDestination(catalog, destinationId);
  requireFreeName(core, name, before?.id);
  const settings = await prepareSettings(core, given, before);
  const known = before === undefined ? {} : keptSecrets(secrets, before.id);
  const all = { ...known, ...withoutGaps(entered) };
  const id = before?.id ?? randomUUID();
  const isElsewhere = before === undefined || !isSameLocation(before.settings, settings);
  // The bucket or folder of a known destination is unavailable, not missing: a new one would only look like it.
  const report = await test(core, id, settings, all, create === true && isElsewhere);
  if (!report.passed && saveAnyway !== true) return { id: null, report };
  const moved = before !== undefined && isElsewhere;
  if (moved) await requireMoved(core, before, () => openDriver(settings, driverSecrets(settings, all)));
  const now = clock.now().toISOString();
  catalog.destinations.save({ id, name, settings, own: false, createdAt: before?.createdAt ?? now, updatedAt: now });
  keepSecrets(secrets, id, withoutGaps(entered));
  await takeIn(core, id, moved || before === undefined ? report : await markerTested(core, id, report));
  if (report.passed && moved) await attachById(core, id);
  return { id, report };
}

/** Tests a destination that is saved, and remembers what was found. @throws SnapkeepError `NOT_FOUND` */
export async function testDestination(core: CoreContext, destinationId: string): Promise<SelfTestReport> {
  const { id, settings } = requireDestination(core.catalog, destinationId);
  const report = await markerTested(core, id, await test(core, id, settings, keptSecrets(core.secrets, id)));
  await takeIn(core, id, report);
  return report;
}

/** Without fields that were left out, which must not hide what is kept. */
function withoutGaps(entered: DestinationSecretsInput): DestinationSecretsInput {
  return Object.fromEntries(Object.entries(entered).filter(([, value]) => value !== undefined));
}

async function test(
  core: CoreContext,
  id: string,
  settings: DestinationSettings,
  secrets: DestinationSecretsInput,
  create = false,
): Promise<SelfTestReport> {
  try {
    await using driver = await openDriver(settings, driverSecrets(settings, secrets));
    if (create) await driver.create();
    const report = await selfTest(driver);
    const shared = settings.kind === 'folder' ? await sameDiskWarnings(core, settings.path, id) : [];
    return { ...report, warnings: [...report.warnings, ...shared] };
  } catch (error) {
    const explained = explainError(error, destinationLabel(settings)).toBody();
    return {
      passed: false,
      missing: false,
      steps: [{ step: 'write', error: explained, milliseconds: 0 }],
      freeBytes: null,
      warnings: [],
    };
  }
}

/** Remembers a test; after one that went well, what had failed or waits is tried again. */
async function takeIn(core: CoreContext, id: string, report: SelfTestReport): Promise<void> {
  const destination = core.catalog.destinations.get(id);
  if (destination === undefined) return;
  // It was saved while it could not be reached: now it is added for good.
  if (report.passed && destination.markerId === null) await attachById(core, id);
  const at = core.clock.now().toISOString();
  core.catalog.destinations.setTest(id, { at, report });
  if (report.passed) {
    core.catalog.copies.retryFailed(id, at);
    core.copier.tick({ ignoreBackoff: true, destinationId: id });
  }
  tellDestinations(core, [id]);
}

async function attachById(core: CoreContext, id: string): Promise<void> {
  const destination = requireDestination(core.catalog, id);
  await withDestination(core, destination, (driver) => attach(core, destination, driver));
}

/** A folder that can be written is not yet the destination: a mount point without its disk is none. */
async function markerTested(core: CoreContext, id: string, report: SelfTestReport): Promise<SelfTestReport> {
  const destination = core.catalog.destinations.get(id);
  if (!report.passed || destination === undefined || destination.markerId === null) return report;
  try {
    await withDestination(core, destination, (driver) => assertReachable(core, destination, driver));
    return report;
  } catch (error) {
    const explained = explainError(error, destination.name).toBody();
    return { ...report, passed: false, steps: [{ step: 'write', error: explained, milliseconds: 0 }] };
  }
}

/** @throws SnapkeepError `INVALID_PARAMS`, `CONFLICT` */
async function prepareSettings(
  core: CoreContext,
  settings: DestinationSettings,
  before: StoredDestination | undefined,
): Promise<DestinationSettings> {
  if (before !== undefined && before.settings.kind !== settings.kind) {
    throw new SnapkeepError('CONFLICT', `The kind of ${before.name} cannot be changed.`, {
      hint: 'Add another destination and assign it to the plans.',
    });
  }
  if (settings.kind === 'sftp' && settings.hostKey === null) {
    throw new SnapkeepError('INVALID_PARAMS', `The host key of ${settings.host} is not trusted yet.`, {
      hint: 'Compare the key that the host presents with the key of the server, then trust it.',
    });
  }
  if (settings.kind !== 'folder') return settings;
  const path = await canonicalPath(settings.path);
  refuseDataFolder(core.dataFolder.path, path);
  const other = core.catalog.destinations.byFolder(path);
  if (other === undefined || other.id === before?.id) return { ...settings, path };
  throw new SnapkeepError('CONFLICT', `${path} is already the destination ${other.name}.`, {
    hint: 'Use that one, or choose another folder.',
  });
}

function requireFreeName({ catalog }: CoreContext, name: string, ownId: string | undefined): void {
  const other = catalog.destinations.byName(name);
  if (other === undefined || other.id === ownId) return;
  throw new SnapkeepError('CONFLICT', `A destination named “${name}” already exists.`, {
    hint: 'Choose another name.',
  });
}
