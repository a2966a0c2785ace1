import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BackupDescription } from '../../../src-shared/model/third-party/import.ts';
import { download } from '../copies/download.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination, StoredObject } from '../destinations/drivers/destination.ts';
import { requireRoom } from '../engine/files/disk-full.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { UNKNOWN_FACTS } from '../engine/sqlite/describe-database.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { decryptionSecretsOfFile } from '../secrets/encryptions.ts';
import type { Examination } from './examine-file.ts';

/** Where a file is read, and by whom it is followed. */
export interface ExamineOptions extends Pick<RunHandle, 'signal' | 'stagingFolder'> {
  /** The folder that is the destination, which is read where it is; `null`: files are fetched. */
  readonly folder: string | null;
  readonly listener?: RunHandle['listener'];
}

/**
 * Reads a backup of another program in full, where it is or fetched into the staging folder.
 * @param key tried alone; without one, all that are known
 * @throws SnapkeepError `BAD_KEY` when it is encrypted and no key opens it
 */
export async function examineBackup(
  core: CoreContext,
  driver: Destination,
  object: StoredObject,
  key: DatabaseKey | undefined,
  options: ExamineOptions,
): Promise<Examination> {
  const { folder, stagingFolder, signal } = options;
  const path = folder === null ? join(stagingFolder, 'fetched', basename(object.name)) : join(folder, object.name);
  if (folder === null) await fetchTo(driver, object, path, options);
  try {
    // What other programs have made has no manifest: only a key that was given is worth a look at what it may open.
    const known = key === undefined ? { manifest: null, encrypted: false } : undefined;
    const { keys, encryptionSecrets } = await decryptionSecretsOfFile(core, { path, known }, options, key);
    return await core.runInWorker(
      'examine',
      { path },
      { stagingFolder, signal, keys, encryptionSecrets, ...listenerOf(options) },
    );
  } finally {
    if (folder === null) await rm(path, { force: true });
  }
}

const listenerOf = ({ listener }: ExamineOptions) => (listener === undefined ? {} : { listener });

/** Brings a file of a destination to a path that is free or may be replaced. */
async function fetchTo(
  driver: Destination,
  object: StoredObject,
  path: string,
  options: ExamineOptions,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await requireRoom({ use: 'staging', folder: dirname(path), bytes: object.bytes });
  await download(driver, object, path, options);
}

const listedFacts = ({ userVersion, applicationId, tables }: typeof UNKNOWN_FACTS) => ({
  ...{ userVersion, applicationId, tables },
});

/** What was found, for people. */
export function describeExamination(path: string, examination: Examination): BackupDescription {
  const { content, stored, image, facts, databaseEncryption, verification } = examination;
  return {
    path,
    content,
    storedBytes: stored.bytes,
    imageBytes: image.bytes,
    ...listedFacts(facts ?? UNKNOWN_FACTS),
    databaseEncryption,
    locked: false,
    valid: verification.valid,
    message: verification.message,
  };
}

/** What can be told of a file that no key opens. */
export function describeLocked({ name, bytes }: StoredObject, message: string): BackupDescription {
  return {
    path: name,
    content: 'database',
    storedBytes: bytes,
    imageBytes: 0,
    ...listedFacts(UNKNOWN_FACTS),
    databaseEncryption: null,
    locked: true,
    valid: false,
    message,
  };
}
