import { dirname, join } from 'node:path';
import {
  type AttachedFileVerification,
  PROBLEMS_KEPT,
  type StoredAttachedFile,
} from '../../../src-shared/model/attached-file.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import type { LeftOut } from '../engine/attached-files/folder/folder-entry.ts';
import { verifyFolder } from '../engine/attached-files/folder/verify-folder.ts';
import { verifyArchive } from '../engine/attached-files/stage-snapshot.ts';
import { indexHash } from '../engine/attached-files/stored-files.ts';
import { unpackKnown } from '../engine/attached-files/unpack-known.ts';
import { answerOn, explainError, isOfMachine } from '../engine/engine-errors.ts';
import { readManifest } from '../engine/files/manifest-files.ts';
import { hashFile } from '../engine/packing/decompress.ts';
import { DecryptionError } from '../engine/packing/decrypt.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { StoredFile } from './verify-file.ts';

/**
 * Adds to the verification of a snapshot what its manifest says of attached files: every file of a folder or an archive is
 * compared with its SHA-256, an image with its own. They lie beside the snapshot's file.
 * @param mayStayEncrypted what is encrypted for others than those known here is compared as it is stored
 * @throws SnapkeepError `TOO_NEW`, and whatever keeps it from being read; what is found bad is no error but a result
 */
export async function verifyAttachedFiles(
  file: StoredFile,
  verification: Verification,
  mayStayEncrypted: boolean,
  context: TaskContext,
): Promise<Verification> {
  // That a manifest is damaged, the verification of the database has said.
  const beside = file.expected ?? (await readManifest(file.path).catch(answerOn(['CORRUPT'], undefined, file.path)));
  const stored = beside?.attachedFiles ?? [];
  if (stored.length === 0) return verification;
  const attachedFiles: AttachedFileVerification[] = [];
  for (const attachedFile of stored) {
    const found = await verifyOne(dirname(file.path), attachedFile, mayStayEncrypted, context);
    context.log(found.valid ? 'info' : 'error', `${found.name}: ${found.message}`);
    attachedFiles.push(found);
  }
  const bad = attachedFiles.filter(({ valid }) => !valid);
  const lacking = stored.filter(({ whole, storedName }) => storedName !== null && !whole);
  const detail = attachedFiles.map(({ name, message }) => `${name}: ${message}`).join(' ');
  const outcome = bad.length > 0 ? 'failed' : lacking.length > 0 ? 'warning' : 'passed';
  const [first] = bad;
  const stillValid = verification.valid && first === undefined;
  const said = first === undefined ? `${verification.message} ${detail}` : `Not valid: ${first.name}: ${first.message}`;
  return {
    ...verification,
    valid: stillValid,
    stored: first === undefined ? verification.stored : 'different',
    level: stillValid ? verification.level : 'none',
    message: verification.valid ? said : verification.message,
    checks: [...verification.checks, { name: 'attachedFiles', outcome, on: 'copy', detail }],
    attachedFiles,
  };
}

async function verifyOne(
  folder: string,
  attachedFile: StoredAttachedFile,
  mayStayEncrypted: boolean,
  context: TaskContext,
): Promise<AttachedFileVerification> {
  const { name, files, bytes, whole, problems } = attachedFile;
  const about = { name, files, bytes };
  if (attachedFile.storedName === null)
    return { ...about, valid: false, message: `It was not stored. ${problems[0]?.reason ?? ''}`.trim(), damage: [] };
  try {
    const damage = await damageOf(join(folder, attachedFile.storedName), attachedFile, mayStayEncrypted, context);
    const [first] = damage;
    if (first !== undefined)
      return {
        ...about,
        valid: false,
        message: `${nameInWords(first.path)} ${first.reason}.`,
        damage: damage.slice(0, PROBLEMS_KEPT),
      };
    const content = `${countInWords(files, 'file')}, ${bytesInWords(bytes)}, all unchanged.`;
    const left = whole ? '' : ` ${countInWords(problems.length, 'file')} could not be stored.`;
    return { ...about, valid: true, message: content + left, damage: [] };
  } catch (error) {
    const explained = explainError(error, attachedFile.storedName);
    if (isOfMachine(explained) || explained.code === 'TOO_NEW') throw explained;
    return { ...about, valid: false, message: explained.message, damage: [] };
  }
}

async function damageOf(
  path: string,
  { way, digest, indexSha256, compression }: StoredAttachedFile,
  mayStayEncrypted: boolean,
  context: TaskContext,
): Promise<LeftOut[]> {
  if (way === 'linked-folder') {
    if ((await indexHash(path)) !== indexSha256)
      return [{ path, reason: 'has an index that does not match the manifest' }];
    return (await verifyFolder(path, context)).damage;
  }
  const sha256 = digest?.stored.sha256 ?? '';
  try {
    if (way === 'archive') {
      await verifyArchive({ kind: 'archive', path, sha256 }, context);
      return [];
    }
    const found = await unpackKnown(
      path,
      compression,
      () => {},
      context,
      (bytes) => context.progress('verifying', bytes, digest?.stored.bytes ?? null),
    );
    const same = found.stored.sha256 === sha256 && found.image.sha256 === digest?.image.sha256;
    return same ? [] : [{ path, reason: 'has changed since it was written' }];
  } catch (error) {
    if (!mayStayEncrypted || !(error instanceof DecryptionError)) throw error;
    const stored = await hashFile(path, (bytes) => {
      context.throwIfCancelled();
      context.progress('verifying', bytes, digest?.stored.bytes ?? null);
    });
    return stored.sha256 === sha256 ? [] : [{ path, reason: 'has changed since it was written' }];
  }
}
