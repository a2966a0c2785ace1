import type { MethodsOf, ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import { findSource, readKey } from '../verify/find-source.ts';
import type { ReadSource } from '../verify/start-verification.ts';
import { holdsNoDatabase } from './check/check-restore.ts';
import { startFilesCheck, startRestoreCheck } from './check/start-restore-check.ts';
import { previewUndo, startRestore, startUndo } from './restore.ts';

type FilesParams = Extract<ParsedParams<'restores.check'>, { what: 'files' }>;

/** Checks, starts and undoes restores. */
export function restoresHandlers(core: CoreContext): Handlers<MethodsOf<'restores'>> {
  return {
    'restores.check': async (params, signal) => {
      if (params.what === 'files') return { run: await checkFilesOf(core, params) };
      const { source, targetPath, key, expects } = params;
      const found = await findSource(core, source, key !== undefined, signal);
      requireDatabase(core, found);
      const target = { targetPath: await canonicalFilePath(targetPath), givenPath: targetPath };
      return { run: startRestoreCheck(core, found, target, await readKey(core, key, found), expects ?? null) };
    },
    'restores.start': ({ files, force = false, ...check }) => ({
      run: startRestore(core, files === undefined ? [check] : [check, files], force),
    }),
    'restores.discard': async ({ checkRunId }) => {
      await core.prepared.discard(checkRunId);
      return {};
    },
    'restores.previewUndo': ({ runId }) => previewUndo(core, runId),
    'restores.undo': ({ runId }) => ({ run: startUndo(core, runId) }),
  };
}

async function checkFilesOf(core: CoreContext, params: FilesParams): Promise<Run> {
  const { snapshotId, destinationId, attachedFile, paths, to } = params;
  return startFilesCheck(core, {
    snapshot: core.catalog.snapshots.require(snapshotId),
    destinationId,
    attachedFile: attachedFile ?? null,
    parts: paths ?? [],
    to: to === undefined ? null : await canonicalFilePath(to),
  });
}

/** A snapshot of files is refused before anything is fetched. @throws SnapkeepError `UNSUPPORTED` */
function requireDatabase(core: CoreContext, source: ReadSource): void {
  if (!('stored' in source)) return;
  const { id, name } = source.stored.snapshot;
  if (core.catalog.snapshots.get(id)?.sourceKind === 'files') throw holdsNoDatabase(name);
}
