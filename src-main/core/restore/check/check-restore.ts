import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { DatabaseEncryption } from '../../../../src-shared/model/database-encryption.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { SchemaVersionQuery } from '../../../../src-shared/model/plan.ts';
import type { RestoreCheck, RestoreMethod } from '../../../../src-shared/model/restore/restore.ts';
import { compareTables, countLostRows } from '../../../../src-shared/rules/restore/compare-tables.ts';
import { guardRestore, type SchemaState } from '../../../../src-shared/rules/restore/schema-guard.ts';
import { repairsOf } from '../../../../src-shared/rules/verdicts.ts';
import { keyInWords } from '../../../../src-shared/words/database-encryption-words.ts';
import { listInWords } from '../../../../src-shared/words/wording.ts';
import { confirmationOf } from '../../engine/confirmation.ts';
import { explainError } from '../../engine/engine-errors.ts';
import { isTaken, requireWritableFolder, sidecarPaths } from '../../engine/files/durable-files.ts';
import { findFileHolders } from '../../engine/files/file-holders.ts';
import { exchangeNotes, inPlaceNotes } from '../../engine/files/file-rights.ts';
import { requireExchangeable } from '../../engine/files/mount-point.ts';
import { databaseEncryptionOf, type Unlocking } from '../../engine/sqlite/database-key.ts';
import type { DatabaseFacts } from '../../engine/sqlite/describe-database.ts';
import { openDatabase } from '../../engine/sqlite/open-database.ts';
import { askSchemaVersion } from '../../engine/sqlite/schema-version.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { type StagedImage, type StoredFile, stageAndVerify } from '../../verify/verify-file.ts';
import { compareSchemas } from './compare-schemas.ts';
import { chooseMethod, inspectTarget, type Target } from './inspect-target.ts';

/** What is to be put back and where. */
export interface RestoreCheckRequest {
  sourcePath: string;
  /** What the catalog knows of the source, if it is a snapshot of its own. */
  snapshotId: string | null;
  /** Its manifest in the catalog: see {@link StoredFile}. */
  expected?: Manifest | undefined;
  /** The file that was chosen from an archive. */
  entry?: string | undefined;
  /** See {@link StoredFile.rebuilt}. */
  rebuilt?: StoredFile['rebuilt'];
  targetPath: string;
  /** The path as a person gave it, which may be a link to the target. */
  givenPath: string;
  /** Where the safety snapshot would go. */
  safetyFolder: string;
  /** The mode of the database's file, as the catalog has it of a snapshot of its own; `null`: not known. */
  mode: number | null;
  /** How both sides are asked for the version of their schema. */
  schemaVersion: SchemaVersionQuery;
  /** The version that the program expects, if anybody said. */
  expects: string | null;
}

/** A finished check and the staged image that a restore would put in place. */
export interface PreparedRestore {
  check: RestoreCheck;
  imagePath: string;
  imageSha256: string;
  /** The state of the staged image when its check began: see `fileState`. */
  checkedAs: string | null;
  /** That a new file is to get; `null`: not known. */
  mode: number | null;
  image: Pick<DatabaseFacts, 'pageSize' | 'pageCount'>;
  /** What opened the image; `null`: it is not encrypted. */
  databaseEncryption: DatabaseEncryption | null;
}

/**
 * Stages and verifies what a restore would put back and compares it with what is there. The staged image stays in the
 * run's staging folder for the restore itself.
 * @throws SnapkeepError `CORRUPT` when what is to be put back is not valid: nothing bad is ever restored
 */
export async function checkRestore(request: RestoreCheckRequest, context: TaskContext): Promise<PreparedRestore> {
  await requireTargetFolder(request.targetPath);
  const staged = await stageAndVerify(
    { path: request.sourcePath, expected: request.expected, entry: request.entry, rebuilt: request.rebuilt },
    context,
    await getsOwnFile(request.targetPath, context.stagingFolder),
  );
  const { verification, facts } = staged;
  if (verification.valid && staged.manifest?.database === null) throw holdsNoDatabase(basename(request.sourcePath));
  if (!verification.valid || facts === undefined || staged.imageSha256 === undefined) {
    throw new SnapkeepError('CORRUPT', `${basename(request.sourcePath)} cannot be restored. ${verification.message}`, {
      hint: 'Nothing was changed. Choose another snapshot.',
      details: { checks: verification.checks },
    });
  }
  context.progress('comparing', 0, null);
  const schemaVersion = versionOfStaged(staged, request, context);
  const target = await inspectTarget(request.targetPath, context, request.schemaVersion);
  const method = chooseMethod(target, { ...facts, encrypted: staged.unlocking !== null });
  if (method === 'replace-file') await requireExchangeable(request.targetPath);
  const { manifest } = staged;
  const check: Omit<RestoreCheck, 'confirmation'> = {
    source: {
      name: basename(request.sourcePath),
      path: request.sourcePath,
      snapshotId: manifest?.id ?? request.snapshotId,
      planName: manifest?.plan.name ?? null,
      createdAt: manifest?.createdAt ?? null,
      imageBytes: staged.imageBytes,
      userVersion: facts.userVersion,
    },
    verification,
    target: {
      path: request.targetPath,
      name: basename(request.targetPath),
      exists: target.exists,
      damage: target.damage,
      userVersion: target.facts?.userVersion ?? null,
      changed: target.exists && (await mayHaveOtherRows(request.targetPath, manifest)),
      openBy: target.exists ? await findFileHolders(request.targetPath) : [],
      method,
      notes: [...takenWithNotes(staged.manifest), ...(await notesOn(request, method))],
    },
    repairs: repairsOf(verification.checks),
    expansion:
      manifest === undefined && request.rebuilt === undefined
        ? await expansionOf(request.sourcePath, staged.imageBytes)
        : null,
    tables: compareTables(target.facts?.tables ?? [], facts.tables),
    rowsLost: countLostRows(compareTables(target.facts?.tables ?? [], facts.tables)),
    schemaChanges: target.facts === undefined ? [] : compareSchemas(target.schema, staged.schema),
    keyNote: keyNote(target, staged.unlocking),
    guard: guardRestore({
      snapshot: { ...facts, schemaVersion: schemaVersion ?? manifest?.schemaVersion ?? null },
      live: stateOf(target),
      expects: request.expects,
    }),
    safetyFolder: target.exists ? request.safetyFolder : null,
  };
  return {
    check: { ...check, confirmation: restoreConfirmation(staged.imageSha256, method, target, request.targetPath) },
    imagePath: staged.imagePath,
    imageSha256: staged.imageSha256,
    checkedAs: staged.checkedAs,
    mode: request.mode,
    image: { pageSize: facts.pageSize, pageCount: facts.pageCount },
    databaseEncryption: databaseEncryptionOf(staged.unlocking),
  };
}

/** So much earlier than it was made a write may be dated, in milliseconds: by most file systems, and by those that date in seconds. */
const DATED_EARLIER_MS = 20;
const DATED_IN_SECONDS_MS = 2000;

/** Whether a database may have rows that a snapshot lacks: it is not its source, or was written to since, its log included. */
async function mayHaveOtherRows(path: string, manifest: Manifest | undefined): Promise<boolean> {
  if (manifest === undefined || manifest.source.path !== path) return true;
  const taken = Date.parse(manifest.createdAt);
  const files = [path, sidecarPaths(path).wal];
  const written = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  return written.some((info) => {
    if (info === null || info.size === 0) return false;
    const early = info.mtimeMs % 1000 === 0 ? DATED_IN_SECONDS_MS : DATED_EARLIER_MS;
    return info.mtimeMs > taken - early;
  });
}

/** Whether the staged file will be the restored one: nothing is at the target, and a name leads from there to its disk. */
async function getsOwnFile(targetPath: string, stagingFolder: string): Promise<boolean> {
  if (await isTaken(targetPath)) return false;
  return (await stat(dirname(targetPath))).dev === (await stat(stagingFolder)).dev;
}

/** What a restore of this snapshot alone would take apart. */
function takenWithNotes(manifest: Manifest | undefined): string[] {
  const names = manifest?.takenWith.map(({ planName }) => planName) ?? [];
  if (names.length === 0) return [];
  return [
    `This snapshot was taken at the same instant as those of ${listInWords(names)}. To keep these databases consistent, restore all of them to that instant.`,
  ];
}

/** What becomes of the file itself, where it is not simply what it was. */
async function notesOn({ targetPath, givenPath, mode }: RestoreCheckRequest, method: RestoreMethod): Promise<string[]> {
  const link =
    givenPath === targetPath ? [] : [`${givenPath} is a link: ${targetPath} is replaced, and the link stays.`];
  const notes = method === 'into-live' ? await inPlaceNotes(targetPath) : await exchangeNotes(targetPath, mode);
  return [...link, ...notes];
}

/** More than a database packs to. */
const LARGEST_RATIO = 200;
/** In bytes: unpacking less costs neither time nor space worth a question, and small empty databases pack as far. */
const SMALLEST_ASKED = 16_000_000;

async function expansionOf(path: string, imageBytes: number): Promise<number | null> {
  const ratio = Math.round(imageBytes / Math.max(1, (await stat(path)).size));
  return ratio > LARGEST_RATIO && imageBytes > SMALLEST_ASKED ? ratio : null;
}

/** A snapshot of files can only be put back as such. */
export function holdsNoDatabase(name: string): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `${name} is a snapshot of files; it contains no database.`, {
    hint: 'Nothing was changed. Restore its files instead, to their original locations or to another folder.',
  });
}

/** The value that confirms just this restore: another image, another target or another way in gives another one. */
export function restoreConfirmation(
  imageSha256: string,
  method: RestoreMethod,
  target: Target,
  targetPath: string,
): string {
  const { identity, facts, damage, unlocking } = target;
  return confirmationOf(
    imageSha256,
    method,
    targetPath,
    identity,
    facts?.schemaHash ?? null,
    facts?.userVersion ?? null,
    damage,
    unlocking?.key.fingerprint,
  );
}

/** Says which key the database will have, where one is at stake. */
function keyNote(target: Target, image: Unlocking | null): string | null {
  const now = target.unlocking;
  if (image === null)
    return now && 'The database is encrypted now and will not be: this snapshot was taken without a key.';
  const its = `the ${keyInWords(image.key.fingerprint)} that this snapshot was taken with`;
  if (now !== null && now.key.text === image.key.text)
    return `The database keeps the ${keyInWords(image.key.fingerprint)}, which it has now.`;
  if (now !== null)
    return `The database will have ${its}, and no longer the ${keyInWords(now.key.fingerprint)}, which it has now.`;
  if (target.facts === undefined) return `The database will have ${its}.`;
  return `The database is not encrypted now and will be, with ${its}.`;
}

async function requireTargetFolder(targetPath: string): Promise<void> {
  const folder = dirname(targetPath);
  try {
    await requireWritableFolder(folder);
  } catch (error) {
    const explained = explainError(error, folder);
    if (explained.code !== 'UNAVAILABLE') throw explained;
    throw new SnapkeepError('NOT_FOUND', `Folder not found: ${folder}.`, {
      hint: 'Create it first, or choose another folder.',
      cause: error,
    });
  }
}

/** What a target says of its version; `null`: nothing that a snapshot could be newer than. */
function stateOf({ facts, schemaVersion }: Target): SchemaState | null {
  return facts === undefined || facts.tables.length === 0 ? null : { ...facts, schemaVersion };
}

/** Where its `user_version` stands for the version, nothing more is asked. */
function versionOfStaged(
  { imagePath, unlocking }: Pick<StagedImage, 'imagePath' | 'unlocking'>,
  { schemaVersion, sourcePath }: RestoreCheckRequest,
  context: TaskContext,
): string | null {
  if (schemaVersion === null) return null;
  using image = openDatabase(imagePath, { mustExist: true, unlocking });
  return askSchemaVersion(image, schemaVersion, basename(sourcePath), context);
}
