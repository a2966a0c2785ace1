import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { errorCode } from '../engine/engine-errors.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import {
  isTaken,
  partialPath,
  publishFile,
  replaceFile,
  requireWritableFolder,
} from '../engine/files/durable-files.ts';
import type { ExportRequest } from '../engine/rows/export-rows.ts';

/** What is exported, and to where. */
export interface RowExport extends ExportRequest {
  viewId: string;
  /** Whether a file that is there is replaced. */
  replace: boolean;
}

/**
 * Queues the export of rows. They are written beside the file, which gets its name when they are complete.
 * @throws SnapkeepError `CONFLICT` when the file exists and is not to be replaced
 */
export async function startRowExport(core: CoreContext, order: RowExport): Promise<Run> {
  const { viewId, path, replace, ...request } = order;
  const [shown] = core.views.copiesOf(viewId);
  await requireWritableFolder(dirname(path));
  if (!replace && (await isTaken(path))) throw exists(path);
  return core.runs.start({
    kind: 'export',
    subject: basename(path),
    planId: shown?.planId ?? null,
    snapshotId: shown?.snapshotId ?? null,
    locks: [path],
    work: async (handle) => {
      const partial = partialPath(path, handle.id);
      try {
        const { bytes, sha256 } = await core.views.ask(
          viewId,
          'export',
          { ...request, path: partial },
          { signal: handle.signal, onProgress: (done) => handle.progress('storing', done, null) },
        );
        if (replace) await replaceFile(partial, path);
        else await publishFile(partial, path);
        return { kind: 'export', bytes, sha256 };
      } catch (error) {
        await rm(partial, { force: true });
        if (errorCode(error) === 'EEXIST') throw exists(path);
        throw explainWrite(error, 'target', path);
      }
    },
  });
}

const exists = (path: string): SnapkeepError =>
  new SnapkeepError('CONFLICT', `File exists already: ${path}.`, { hint: 'Choose another name, or replace it.' });
