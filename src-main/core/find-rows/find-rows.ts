import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { RowSearch } from '../../../src-shared/model/rows/found-rows.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import { getCopy } from '../browse/open-view.ts';
import { storedDestinations } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { asPart, type RunHandle } from '../runs/run-work.ts';
import { MOST_ROWS, RowResults, type SearchedImage } from './row-results.ts';
import type { ImageFindings, ImageSearch } from './search-image.ts';

/**
 * Starts to search all snapshots of a plan for rows, the newest first.
 * @throws SnapkeepError `NOT_FOUND` while there is no snapshot of a database
 */
export function startFindRows(core: CoreContext, plan: Plan, search: RowSearch): Run {
  const results = new RowResults(plan.id, search, snapshotsToSearch(core, plan));
  return core.runs.start({
    kind: 'findRows',
    planId: plan.id,
    planName: plan.name,
    subject: plan.name,
    work: (handle) => {
      core.rowSearches.add(handle.id, results);
      return new Search(core, results, handle).work();
    },
  });
}

function snapshotsToSearch({ catalog }: CoreContext, plan: Plan) {
  const snapshots = catalog.snapshots.ofPlan(plan.id).filter(({ sourceKind }) => sourceKind === 'database');
  const listed = snapshots
    .toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : one.createdAt > other.createdAt ? -1 : 0))
    .map(({ id, name, createdAt, imageBytes }) => ({
      snapshotId: id,
      name,
      at: createdAt,
      sha256: catalog.snapshots.manifest(id)?.image.sha256 ?? id,
      bytes: imageBytes,
    }));
  if (listed.length > 0) return listed;
  throw new SnapkeepError('NOT_FOUND', `${plan.name} has no snapshot of a database.`, {
    hint: 'Back up a database first.',
  });
}

/** One search while it goes on. */
class Search {
  readonly #core: CoreContext;
  readonly #results: RowResults;
  readonly #handle: RunHandle;
  readonly #total: number;
  #done = 0;
  #firstError: SnapkeepError | undefined;

  constructor(core: CoreContext, results: RowResults, handle: RunHandle) {
    this.#core = core;
    this.#results = results;
    this.#handle = handle;
    this.#total = results.images.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async work(): Promise<RunResult> {
    await this.#eachImage('searching', this.#results.search);
    const { snapshots } = this.#results.found();
    const searched = snapshots.filter(({ state }) => state === 'searched').length;
    if (searched === 0 && this.#firstError !== undefined) throw this.#firstError;
    if (this.#results.columns === 0) throw nothingSearched(this.#results.search);
    // A row that an older snapshot has may be in newer ones with other values.
    await this.#eachImage('comparing', null);
    const { rows, more } = this.#results.found();
    return { kind: 'findRows', rows: rows.length, more, searched, failed: snapshots.length - searched };
  }

  /** @param search `null`: rows that were found elsewhere are looked up */
  async #eachImage(phase: 'searching' | 'comparing', search: RowSearch | null): Promise<void> {
    this.#done = 0;
    for (const [index, image] of this.#results.images.entries()) {
      this.#handle.progress(phase, this.#done, this.#total);
      if (search !== null || this.#results.unsettled(index).length > 0) await this.#take(index, image, phase, search);
      this.#done += image.bytes;
      this.#handle.progress(phase, this.#done, this.#total);
      this.#core.events.emit('rows.found', { runId: this.#handle.id });
    }
  }

  async #take(
    index: number,
    image: SearchedImage,
    phase: 'searching' | 'comparing',
    search: RowSearch | null,
  ): Promise<void> {
    const known = this.#results.unsettled(index);
    try {
      const { found, known: answers } = await this.#ask(image, phase, { search, limit: MOST_ROWS, known });
      this.#results.add(
        index,
        found,
        known.flatMap((row, at) => {
          const answer = answers[at];
          return answer === undefined ? [] : [{ row, answer }];
        }),
      );
    } catch (error) {
      const explained = explainError(error, 'the snapshot');
      if (explained.code === 'CANCELLED' || this.#handle.signal.aborted) throw explained;
      this.#firstError ??= explained;
      this.#results.fail(index, explained.message);
      this.#handle.log('warning', explained.message);
    }
  }

  async #ask(
    { snapshotId, bytes }: SearchedImage,
    phase: 'searching' | 'comparing',
    asked: Omit<ImageSearch, 'path' | 'encryption'>,
  ): Promise<ImageFindings> {
    const core = this.#core;
    const handle = this.#within(phase, bytes);
    const stored = storedDestinations(core, core.catalog.snapshots.require(snapshotId));
    const { copyId, copy } = await getCopy(core, { read: { stored }, key: undefined }, handle);
    try {
      const { key, ...encryption } = copy.unlocking ?? { key: undefined };
      const request = { ...asked, path: copy.path, encryption: 'settings' in encryption ? encryption : null };
      return await core.runInWorker('find-rows', request, { ...handle, keys: key === undefined ? [] : [key] });
    } finally {
      core.openCopies.release(copyId);
    }
  }

  /** The handle for the work on one image: whatever it is doing is a part of the one bar. */
  #within(phase: 'searching' | 'comparing', bytes: number): RunHandle {
    const before = this.#done;
    return asPart(this.#handle, (share) =>
      this.#handle.progress(phase, before + Math.round(bytes * share), this.#total),
    );
  }
}

function nothingSearched({ table, column }: RowSearch): SnapkeepError {
  const what = [
    ...(column === undefined ? [] : [`column ${column}`]),
    ...(table === undefined ? [] : [`table ${table}`]),
  ];
  return new SnapkeepError(
    'NOT_FOUND',
    `No snapshot has ${what.length === 0 ? 'a table' : `a ${what.join(' in a ')}`}.`,
    {
      hint: 'Check the name, or search all tables.',
    },
  );
}
