import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_FORMAT, type Manifest, type SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { BackupImport, FoundBackup } from '../../../src-shared/model/third-party/import.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { tellEverything } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { locationOf, withDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { keepKey } from '../secrets/keys.ts';
import { examineBackup } from './examine-backup.ts';
import type { Examination } from './examine-file.ts';
import { type Judge, listBackups } from './list-backups.ts';

/** Which files are imported, and as what. */
export interface ImportOrder {
  readonly destination: StoredDestination;
  /** `null`: all that can be. */
  readonly paths: readonly string[] | null;
  /** The plan they are shown under; `undefined`: the one of the name, or none. */
  readonly plan: Plan | undefined;
  /** What their plan is called where there is none; `undefined`: as each file's name says. */
  readonly planName: string | undefined;
  readonly key: DatabaseKey | undefined;
}

type Outcome = BackupImport['files'][number];

const TRIGGERS: Record<FoundBackup['trigger'], SnapshotTrigger> = {
  manual: 'manual',
  automatic: 'schedule',
  unknown: 'command',
};
/** Of copies of one backup, the one that was to be kept the longest is entered. */
const TIERS = [null, 'daily', 'weekly', 'monthly'];

/** Queues the import of what another program has left at a destination. Its files are read and never changed. */
export function startBackupImport(core: CoreContext, order: ImportOrder): Run {
  const { destination, plan } = order;
  return core.runs.start({
    kind: 'import',
    planId: plan?.id ?? null,
    planName: plan?.name ?? order.planName ?? null,
    destinationId: destination.id,
    subject: destination.name,
    locks: [locationOf(destination, '')],
    work: (handle) =>
      withDestination(core, destination, async (driver) => {
        try {
          const files = await new BackupImportRun(core, order, driver, handle).work();
          return { kind: 'import', destinationId: destination.id, planId: plan?.id ?? null, files };
        } finally {
          tellEverything(core);
        }
      }),
  });
}

/** The snapshots at a destination by the path of their file. */
export function knownAt({ catalog }: Pick<CoreContext, 'catalog'>, destinationId: string): Map<string, string> {
  return new Map(catalog.copies.named(destinationId).map(({ name, snapshotId }) => [name, snapshotId]));
}

/** Enters files one after the other; what is wrong with one keeps no other from it. */
class BackupImportRun {
  readonly #core: CoreContext;
  readonly #order: ImportOrder;
  readonly #driver: Destination;
  readonly #handle: RunHandle;
  /** What has been entered of each group, by the hash of the stored file. */
  readonly #entered = new Map<string, { path: string; snapshotId: string }>();

  constructor(core: CoreContext, order: ImportOrder, driver: Destination, handle: RunHandle) {
    this.#core = core;
    this.#order = order;
    this.#driver = driver;
    this.#handle = handle;
  }

  async work(): Promise<Outcome[]> {
    const { destination, paths } = this.#order;
    const { signal, progress, log } = this.#handle;
    progress('finding', 0, null);
    const judge: Judge = (samples) => this.#core.runInWorker('judge', samples, this.#handle);
    const listing = await listBackups(this.#driver, knownAt(this.#core, destination.id), judge, signal);
    const byPath = new Map(listing.files.map((file) => [file.path, file]));
    const outcomes: Outcome[] = [];
    // An archive may hold anything, and all of it has to be read to know: only one that was chosen is.
    const asked =
      paths ?? listing.files.filter(({ importable, kind }) => importable && kind !== 'folder').map(({ path }) => path);
    const files = [...new Set(asked)].map((path) => byPath.get(path) ?? path);
    for (const file of files.sort(longestKeptFirst)) {
      if (signal.aborted) throw cancelledError();
      progress('importing', outcomes.length, files.length);
      const refusal = listing.problems.find(({ path }) => path === file)?.message ?? 'File not found.';
      const outcome = typeof file === 'string' ? refused(file, refusal) : await this.#enter(file);
      outcomes.push(outcome);
      log(outcome.outcome === 'refused' ? 'warning' : 'info', `${outcome.path}: ${outcome.message}`);
    }
    const imported = outcomes.filter(({ outcome }) => outcome === 'imported').length;
    log('info', `Imported ${countInWords(imported, 'snapshot')} from ${listing.location}. No file was changed.`);
    return outcomes;
  }

  async #enter(file: FoundBackup): Promise<Outcome> {
    const { path } = file;
    if (!file.importable) return refused(path, file.notes.at(-1) ?? 'It cannot be imported as a snapshot.');
    if (file.snapshotId !== null) return this.#enterAgain(file, file.snapshotId);
    let examination: Examination;
    try {
      examination = await this.#examine(file);
    } catch (error) {
      const { code, message, details } = explainError(error, path);
      if (code === 'CANCELLED' || classifyFailure(code) === 'unavailable') throw error;
      const several = details?.entries !== undefined;
      return refused(path, several ? `${message} Unpack it, then import the databases one by one.` : message);
    }
    const { verification, facts, stored, databaseEncryption } = examination;
    if (!verification.valid || facts === null) return refused(path, verification.message);
    const twin = this.#entered.get(`${file.group} ${stored.sha256}`);
    if (twin !== undefined)
      return {
        path,
        outcome: 'same',
        snapshotId: twin.snapshotId,
        message: `Identical to ${twin.path}, which is imported.`,
      };
    const manifest = this.#manifestOf(file, examination);
    const { catalog, clock } = this.#core;
    const { destination } = this.#order;
    const at = clock.now().toISOString();
    const { id: planId } = manifest.plan;
    catalog.snapshots.enter(manifest, { origin: 'imported', destinationId: destination.id, planId, at });
    catalog.snapshots.addVerification(manifest.id, destination.id, verification);
    this.#entered.set(`${file.group} ${stored.sha256}`, { path, snapshotId: manifest.id });
    keepKey(this.#core, [this.#order.key ?? []].flat(), databaseEncryption);
    return { path, outcome: 'imported', snapshotId: manifest.id, message: verification.message };
  }

  /** What is imported already may be shown under another plan. */
  #enterAgain({ path }: FoundBackup, snapshotId: string): Outcome {
    const { catalog } = this.#core;
    const { plan } = this.#order;
    if (plan !== undefined && catalog.snapshots.get(snapshotId)?.origin === 'imported')
      catalog.snapshots.setPlan(snapshotId, plan.id);
    return { path, outcome: 'known', snapshotId, message: 'Already imported.' };
  }

  async #examine({ path, sizeBytes, at }: FoundBackup): Promise<Examination> {
    const { settings } = this.#order.destination;
    const { signal, stagingFolder } = this.#handle;
    const folder = settings.kind === 'folder' ? settings.path : null;
    const object = { name: path, bytes: sizeBytes ?? 0, modifiedAt: new Date(at) };
    return examineBackup(this.#core, this.#driver, object, this.#order.key, { signal, stagingFolder, folder });
  }

  #manifestOf(file: FoundBackup, examination: Examination): Manifest {
    const { stored, image, facts, databaseEncryption, compression, wrapping } = examination;
    const dump = examination.content === 'dump';
    if (facts === null)
      throw new SnapkeepError('INTERNAL', `No information about ${file.path}.`, { hint: 'Try again.' });
    const { catalog, version } = this.#core;
    const name = this.#order.planName ?? file.planName;
    const namesake = this.#order.plan ?? catalog.plans.byName(name);
    const storesHere = namesake?.destinations.some(({ destinationId }) => destinationId === this.#order.destination.id);
    const plan = this.#order.plan ?? (storesHere === true ? namesake : undefined);
    const source = plan?.sourcePath ?? join(homedir(), `${file.planName}.db`);
    return {
      format: MANIFEST_FORMAT,
      id: randomUUID(),
      name: file.path,
      service: null,
      plan: { id: plan?.id ?? null, name: plan?.name ?? name, settings: null },
      source: { path: source, name: basename(source), mode: null },
      trigger: TRIGGERS[file.trigger],
      takenWith: [],
      // How it was really copied nobody knows; its bytes are what is kept.
      method: dump ? 'sql-dump' : 'online-backup',
      startedAt: file.at,
      createdAt: file.at,
      compression,
      ...(wrapping === undefined ? {} : { wrapping }),
      stored,
      image,
      databaseEncryption,
      encryption: null,
      database: facts,
      schemaVersion: null,
      attachedFiles: [],
      versions: { sqlite: 'unknown', snapkeep: version },
    };
  }
}

const refused = (path: string, message: string): Outcome => ({ path, outcome: 'refused', snapshotId: null, message });

function longestKeptFirst(one: FoundBackup | string, other: FoundBackup | string): number {
  const rank = (file: FoundBackup | string): number => (typeof file === 'string' ? -1 : TIERS.indexOf(file.tier));
  return rank(other) - rank(one);
}
