import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import { listInWords } from '../../../src-shared/words/wording.ts';
import type { CoreContext } from '../core-context.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath, isWithin } from '../engine/files/paths.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { templatePlaces } from '../templates/templates.ts';
import type { FindRequest, FindResult } from './find-databases.ts';
import { countFound } from './list-found.ts';

/** So many rows are written at once: longer, this thread would answer nobody else. */
const ROWS_AT_ONCE = 100;

/**
 * Starts a search, or returns the one of the same folders that is active already.
 * @param folders canonical; `null`: where programs keep data
 */
export function startFind(core: CoreContext, folders: string[] | null): Run {
  const subject = folders === null ? 'the folders of programs' : listInWords(folders);
  const same = core.runs.active().find((run) => run.kind === 'find' && run.subject === subject);
  if (same !== undefined && !same.cancelRequested) return same;
  return core.runs.start({
    kind: 'find',
    subject,
    locks: [],
    folders: [],
    work: (handle) => find(core, folders, handle),
  });
}

async function find(core: CoreContext, folders: string[] | null, handle: RunHandle): Promise<RunResult> {
  const { id, signal, stagingFolder, listener } = handle;
  const request: FindRequest = {
    folders,
    exclude: ownFolders(core),
    templates: await templatePlaces(core.dataFolder.path),
  };
  const result = await core.runInWorker('find', request, { stagingFolder, signal, listener, lowPriority: true });
  await keep(core, id, result);
  const { report } = result;
  core.catalog.settings.saveLastSearch({ runId: id, at: core.clock.now().toISOString(), report });
  core.events.emit('databases.changed', {});
  return { kind: 'find', report, counts: await countFound(core, id) };
}

/** What Snapkeep itself keeps: its data, and snapshots, which may be stored uncompressed. */
function ownFolders({ dataFolder, catalog }: CoreContext): string[] {
  const destinations = catalog.destinations.all().map(({ settings }) => settings);
  return [dataFolder.path, ...destinations.flatMap((settings) => (settings.kind === 'folder' ? [settings.path] : []))];
}

/** Enters what was found, and removes what the searched folders no longer contain. */
async function keep({ catalog }: CoreContext, runId: string, { databases, report }: FindResult): Promise<void> {
  for (let at = 0; at < databases.length; at += ROWS_AT_ONCE) {
    catalog.transaction(() => catalog.foundDatabases.save(runId, databases.slice(at, at + ROWS_AT_ONCE)));
    await setImmediate();
  }
  const { folders, limits } = report;
  // A search that was cut short has not seen everything.
  if (limits.length > 0) return;
  const isSearched = (path: string): boolean => folders?.some((folder) => isWithin(folder, path)) ?? true;
  const before = catalog.foundDatabases.list().filter((file) => file.runId !== runId && isSearched(file.path));
  catalog.transaction(() => catalog.foundDatabases.remove(before.map(({ path }) => path)));
}

/** Returns the canonical path of a folder to search. @throws SnapkeepError `NOT_FOUND`, `PERMISSION`; `INVALID_PARAMS` for what is no folder */
export async function requireFolder(given: string): Promise<string> {
  const path = await canonicalPath(given);
  const info = await stat(path).catch(explainedAs(path));
  if (info.isDirectory()) return path;
  throw new SnapkeepError('INVALID_PARAMS', `${path} is not a folder.`, { hint: 'Choose a folder.' });
}
