import { basename, dirname } from 'node:path';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { KeyFingerprint, KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { storedDestinations } from '../copies/fetch.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { answerByTask } from '../runs/request-task.ts';
import { knownOf } from '../secrets/encryptions.ts';
import { type ReadSource, startVerification } from '../verify/verify.ts';
import { holdsNoDatabase } from './check/prepare-restore.ts';
import { startFilesCheck, startRestoreCheck } from './check/restore-check.ts';
import { startRestore, startUndo } from './restore.ts';

type FilesParams = Extract<ParsedParams<'restores.check'>, { what: 'files' }>;

/** Checks, starts and undoes restores, and verifies. */
export function restoresHandlers(core: CoreContext): Handlers<MethodsOf<'restores'> | MethodsOf<'verifications'>> {
  const read = async (key: KeyInput | undefined, source: ReadSource) =>
    key === undefined ? undefined : core.keys.read(key, fingerprintOf(core, source));
  return {
    'verifications.start': async ({ key, ...source }, signal) => {
      const found = await locate(core, source, key !== undefined, signal);
      return { run: startVerification(core, found, await read(key, found)) };
    },
    'restores.check': async (params, signal) => {
      if (params.what === 'files') return { run: await checkFilesOf(core, params) };
      const { source, targetPath, key, expects } = params;
      const found = await locate(core, source, key !== undefined, signal);
      requireDatabase(core, found);
      const target = { targetPath: await canonicalFilePath(targetPath), givenPath: targetPath };
      return { run: startRestoreCheck(core, found, target, await read(key, found), expects ?? null) };
    },
    'restores.start': ({ files, force = false, ...check }) => ({
      run: startRestore(core, files === undefined ? [check] : [check, files], force),
    }),
    'restores.discard': async ({ checkRunId }) => {
      await core.prepared.discard(checkRunId);
      return {};
    },
    'restores.undo': ({ runId }) => ({ run: startUndo(core, runId) }),
  };
}

async function checkFilesOf(core: CoreContext, params: FilesParams): Promise<Run> {
  const { snapshotId, destinationId, attachedFile, path, to } = params;
  return startFilesCheck(core, {
    snapshot: core.catalog.snapshots.require(snapshotId),
    destinationId,
    attachedFile: attachedFile ?? null,
    part: path ?? '',
    to: to === undefined ? null : await canonicalFilePath(to),
  });
}

/**
 * Finds what is meant: a path of a stored snapshot means just that copy of it.
 * @param looks a worker process looks at what the catalog does not know, for a key is to be given its name
 */
async function locate(
  core: CoreContext,
  source: RestoreSource,
  looks: boolean,
  signal: AbortSignal,
): Promise<ReadSource> {
  if ('snapshotId' in source)
    return {
      stored: storedDestinations(core, core.catalog.snapshots.require(source.snapshotId), source.destinationId),
    };
  const path = await canonicalFilePath(source.path);
  const snapshot = core.catalog.snapshots.byPath(dirname(path), basename(path));
  const destination = core.catalog.destinations.byFolder(dirname(path));
  if (snapshot !== undefined && destination !== undefined)
    return { stored: storedDestinations(core, snapshot, destination.id) };
  const { entry } = source;
  if (!looks) return { path, entry };
  const identity = await answerByTask(core, 'identify', { path }, { what: `Checking ${basename(path)}`, signal });
  return { path, entry, known: knownOf(identity) };
}

/** A snapshot of files is refused before anything is fetched. @throws SnapkeepError `UNSUPPORTED` */
function requireDatabase(core: CoreContext, source: ReadSource): void {
  if ('path' in source) return;
  const { id, name } = source.stored.snapshot;
  if (core.catalog.snapshots.get(id)?.sourceKind === 'files') throw holdsNoDatabase(name);
}

/** The key something was made with, as the catalog or its manifest tells it. */
function fingerprintOf(core: CoreContext, source: ReadSource): KeyFingerprint | undefined {
  if ('path' in source) return source.known?.manifest?.databaseEncryption?.key;
  return core.catalog.snapshots.get(source.stored.snapshot.id)?.databaseEncryption?.key;
}
