import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { hasId, idLetters, NAME_ATTEMPTS, nameFromPattern } from '../../../src-shared/rules/names/name-pattern.ts';
import {
  contentListExtension,
  extensionFor,
  fileStem,
  ownSnapshotName,
} from '../../../src-shared/rules/names/naming.ts';
import { whyNoLinks } from '../engine/attached-files/folder/link-ability.ts';
import { exists, publishFile, publishUnique } from '../engine/files/durable-files.ts';
import { manifestPath, writeManifest } from '../engine/files/manifest-files.ts';
import type { ContentRequest } from './snapshot-content.ts';

/** What a snapshot is stored as. */
export interface Naming extends Pick<ContentRequest, 'method'> {
  runId: string;
  plan: Manifest['plan'];
  /** `files`: there is no database, and the attached files are all there is. */
  sourceKind: SourceKind;
  compression: Compression;
  encryption: SnapshotEncryption;
  /** The folder it is stored in. */
  folder: string;
  /** A file name of the user's own; without one the pattern is used. */
  ownName: string | null;
  namePattern: string;
  /** Names that are other snapshots', in this folder or elsewhere. */
  takenNames: readonly string[];
  /** Whether a name by the pattern always has letters of the snapshot's id: it goes where names cannot be taken exclusively. */
  distinctName: boolean;
  /** Of the times in names that show the local clock; `null`: the machine's. */
  timeZone: string | null;
}

/**
 * Gives a snapshot the first of its names that no other has, in its folder or in the catalog. Names cannot be found free
 * by looking, for others may write to the same folder: they are taken.
 */
export async function publish(
  request: Naming,
  takenAt: Date,
  unnamed: Omit<Manifest, 'name'>,
  partial: string,
): Promise<Manifest> {
  const letters = idLetters(unnamed.id);
  const name = await publishUnique(
    (attempt) => nameOf(request, takenAt, letters, attempt),
    async (free) => {
      if (request.takenNames.includes(free)) throw Object.assign(new Error(`${free} is known`), { code: 'EEXIST' });
      await publishSnapshot(partial, join(request.folder, free), { ...unnamed, name: free }, request.runId);
    },
    await firstAttempt(request),
  );
  return { ...unnamed, name };
}

/** Letters of the id are in the name from the beginning where it could not be taken exclusively, and never in one's own. */
async function firstAttempt(request: Naming): Promise<number> {
  const { ownName, namePattern, distinctName, folder, plan, runId } = request;
  if (ownName !== null) return NAME_ATTEMPTS;
  if (hasId(namePattern)) return 1;
  return distinctName || (await whyNoLinks(folder, fileStem(plan.name), runId)) !== null ? 2 : 1;
}

/**
 * Gives a stored file and its manifest their names. The manifest comes first: a snapshot that can be seen is always
 * described. Neither name is ever taken from another file.
 */
async function publishSnapshot(partial: string, finished: string, manifest: Manifest, runId: string): Promise<void> {
  const described = manifestPath(finished);
  await writeManifest(described, manifest, runId);
  try {
    await publishFile(partial, finished);
  } catch (error) {
    await rm(described, { force: true });
    throw error;
  }
}

/** @throws SnapkeepError `CONFLICT` when a name of the user's own is taken */
export async function requireFreeName(request: Naming, ownName: string): Promise<void> {
  const name = fullOwnName(ownName, request);
  const path = join(request.folder, name);
  const isThere = (await exists(path)) || (await exists(manifestPath(path)));
  if (!isThere && !request.takenNames.includes(name)) return;
  throw new SnapkeepError('CONFLICT', `A snapshot named ${isThere ? path : name} already exists.`, {
    hint: 'Nothing was overwritten. Choose another name.',
  });
}

/** The name by the pattern, or the user's own, which is the same for every attempt. */
export function nameOf(request: Naming, at: Date, letters: string, attempt: number): string {
  const { ownName, namePattern, timeZone, plan } = request;
  if (ownName !== null) return fullOwnName(ownName, request);
  const parts = { planName: plan.name, at, timeZone, ending: endingOf(request), letters, attempt };
  return nameFromPattern(namePattern, parts);
}

/** A name of the user's own with its ending. @throws SnapkeepError when it cannot be the name of a file */
export const fullOwnName = (name: string, request: Naming): string => ownSnapshotName(name, endingOf(request));

function endingOf({ sourceKind, compression, encryption, method }: Naming): string {
  const encrypted = encryption !== null;
  return sourceKind === 'files'
    ? contentListExtension(encrypted)
    : extensionFor(compression, encrypted, method === 'dump');
}
