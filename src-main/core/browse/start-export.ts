import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ImageFormat } from '../../../src-shared/model/rows/browse.ts';
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
import type { RunHandle } from '../runs/run-work.ts';

/** Where an export goes. */
interface ExportTarget {
  path: string;
  /** Whether a file that is there is replaced. */
  replace: boolean;
}

/** What of a view is exported, and to where: rows, or the whole database. */
export type ViewExport = ExportTarget & { viewId: string } & (
    | Omit<ExportRequest, 'path'>
    | { what: 'database'; format: ImageFormat }
  );

/**
 * Queues the export of rows, or of a whole database. It is written beside the file, which gets its name when it is complete.
 * @throws SnapkeepError `CONFLICT` when the file exists and is not to be replaced
 */
export async function startExport(core: CoreContext, order: ViewExport): Promise<Run> {
  const { viewId, path, replace } = order;
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
        const { bytes, sha256 } = await writeExport(core, order, partial, handle);
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

async function writeExport(core: CoreContext, order: ViewExport, path: string, handle: RunHandle) {
  if (order.what !== 'database') {
    const { viewId, what, format } = order as Omit<ExportRequest, 'path'> & { viewId: string };
    const watch = { signal: handle.signal, onProgress: (done: number) => handle.progress('storing', done, null) };
    return core.views.ask(viewId, 'export', { what, format, path }, watch);
  }
  const [shown] = core.views.copiesOf(order.viewId);
  const copy = shown && core.openCopies.use(shown.copyId);
  if (shown === undefined || copy === undefined) throw new Error('A view without a copy.');
  try {
    const takenAt = copy.takenAt === null ? Number(core.clock.now()) : Date.parse(copy.takenAt);
    const { format } = order;
    return await core.runInWorker('save-image', { image: copy.path, path, format, takenAt }, handle);
  } finally {
    core.openCopies.release(shown.copyId);
  }
}

const exists = (path: string): SnapkeepError =>
  new SnapkeepError('CONFLICT', `File exists already: ${path}.`, { hint: 'Choose another name, or replace it.' });
