import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseEncryption } from '../../../src-shared/model/database-encryption.ts';
import type { Destination } from '../../../src-shared/model/destination.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { RecoveryKit, RecoveryKitState } from '../../../src-shared/model/recovery/recovery-kit.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { recoveryKit } from '../../../src-shared/recovery-kit/kit-document.ts';
import type { KitPlan } from '../../../src-shared/recovery-kit/kit-plan.ts';
import { type KitDocument, kitPage, kitText } from '../../../src-shared/recovery-kit/recovery-kit-pages.ts';
import { sameSettings } from '../../../src-shared/rules/sqlite/cipher-settings.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import type { CoreContext } from '../core-context.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { partialPath, publishFile, requireWritableFolder, writeSynced } from '../engine/files/durable-files.ts';
import { canonicalPath, refuseDataFolder } from '../engine/files/paths.ts';
import { removedAtEnd } from '../engine/files/remove-tree.ts';

/** The kit of all plans as they are now. */
export function makeKit(core: CoreContext): RecoveryKit {
  const document = documentOf(core);
  const at = core.clock.now().toISOString();
  const preface = `Made by Snapkeep ${core.version} on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC.`;
  const name = `snapkeep-recovery-kit-${at.slice(0, 10)}`;
  return {
    text: kitText(document, preface),
    html: kitPage(document, preface),
    names: { text: `${name}.txt`, html: `${name}.html` },
    digest: digestOf(document),
  };
}

/** Whether the kit that was saved last says what the one of now would say. */
export function kitStatus(core: CoreContext): RecoveryKitState {
  const saved = core.catalog.settings.recoveryKit();
  const known = { savedAt: saved?.savedAt ?? null, folder: saved?.folder ?? null };
  if (core.catalog.plans.list().length === 0) return { state: 'none', ...known };
  if (saved === null) return { state: 'unsaved', ...known };
  return { state: saved.digest === digestOf(documentOf(core)) ? 'saved' : 'outdated', ...known };
}

/**
 * Remembers that a kit was saved, and announces it.
 * @param folder where; `null`: by a person on paper or elsewhere
 */
export function markKitSaved(core: CoreContext, digest: string, folder: string | null): RecoveryKitState {
  core.catalog.settings.saveRecoveryKit({ digest, savedAt: core.clock.now().toISOString(), folder });
  const status = kitStatus(core);
  core.events.emit('recoveryKit.saved', { status });
  return status;
}

/**
 * Writes the page and the text into a folder, under names that are free.
 * @throws SnapkeepError when the folder cannot be written, or is Snapkeep's own, which is gone when the kit is needed
 */
export async function saveKit(core: CoreContext, given: string): Promise<string[]> {
  const folder = await canonicalPath(given);
  refuseDataFolder(core.dataFolder.path, folder);
  const { text, html, names, digest } = makeKit(core);
  try {
    await requireWritableFolder(folder);
    const paths = [await writeNew(folder, names.html, html), await writeNew(folder, names.text, text)];
    markKitSaved(core, digest, folder);
    return paths;
  } catch (error) {
    throw explainError(error, folder);
  }
}

/** Writes a file under its name, or the next one that is free. */
async function writeNew(folder: string, name: string, content: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  for (let attempt = 1; ; attempt++) {
    const path = join(folder, attempt === 1 ? name : `${name.slice(0, dot)}-${attempt}${name.slice(dot)}`);
    const partial = partialPath(path, randomUUID());
    await using _partial = removedAtEnd(partial);
    try {
      await writeSynced(partial, content);
      await publishFile(partial, path);
      return path;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** What the catalog knows of all plans, by their ids, and of destinations by theirs. */
interface KitRecords {
  readonly locks: ReadonlyMap<string, ReadonlyArray<Pick<Snapshot, 'databaseEncryption' | 'encrypted'>>>;
  readonly passphrases: ReadonlyMap<string, readonly string[]>;
  readonly destinations: ReadonlyMap<string, Destination>;
}

function documentOf(core: CoreContext): KitDocument {
  const { catalog, encryptions } = core;
  const records: KitRecords = {
    locks: Map.groupBy(catalog.snapshots.locks(), ({ planId }) => planId),
    passphrases: encryptions.passphrasesByPlan(),
    destinations: new Map(catalog.destinations.all().map((each) => [each.id, each])),
  };
  return recoveryKit(catalog.plans.list().map((plan) => kitPlan(plan, records)));
}

function digestOf(document: KitDocument): string {
  return createHash('sha256').update(kitText(document, '')).digest('hex');
}

function kitPlan(plan: Plan, records: KitRecords): KitPlan {
  const { name, sourceKind, sourcePath, namePattern, attachedFiles, compression, method, encryption, key } = plan;
  const made = records.locks.get(plan.id) ?? [];
  const known = [
    ...(key === null ? [] : [{ settings: key.settings, key: key.fingerprint }]),
    ...made
      .map(({ databaseEncryption }) => databaseEncryption)
      .filter((databaseEncryption) => databaseEncryption !== null),
  ];
  return {
    name,
    sourceKind,
    sourcePath,
    namePattern,
    attachedFiles,
    compression,
    method,
    encryption,
    databaseEncryptions: distinct(known),
    formerEncryptions: [...new Set(made.map(({ encrypted }) => encrypted).filter((encrypted) => encrypted !== null))],
    passphrases: [...(records.passphrases.get(plan.id) ?? [])],
    destinations: plan.destinations.flatMap(({ destinationId }) => {
      const destination = records.destinations.get(destinationId);
      if (destination === undefined) return [];
      const { name: called, settings } = destination;
      return [{ name: called, label: destinationLabel(settings), settings }];
    }),
  };
}

function distinct(databaseEncryptions: DatabaseEncryption[]): DatabaseEncryption[] {
  return databaseEncryptions.filter(
    ({ settings, key }, index) =>
      databaseEncryptions.findIndex((other) => other.key === key && sameSettings(other.settings, settings)) === index,
  );
}
