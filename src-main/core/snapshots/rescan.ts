import { readdir } from 'node:fs/promises';
import { MANIFEST_SUFFIX } from '../../../src-shared/model/manifest.ts';
import type { Run, ScanOutcome } from '../../../src-shared/model/run.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { tellEverything } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { readDescribed } from '../copies/described-snapshots.ts';
import type { CoreContext } from '../core-context.ts';
import { locationOf, withDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { PARTIAL_SUFFIX } from '../engine/files/durable-files.ts';
import { importDescribed } from './import-described.ts';
import { listStored } from './list-stored.ts';

/** Queues a rescan of a destination. */
export function startRescan(core: CoreContext, destination: StoredDestination): Run {
  return core.runs.start({
    kind: 'scan',
    destinationId: destination.own ? null : destination.id,
    subject: destination.name,
    work: (handle) =>
      withDestination(core, destination, async (driver) => {
        const outcome = await rescan(core, destination, driver, handle.signal, (done, total) =>
          handle.progress('scanning', done, total),
        );
        const found = `Found ${countInWords(outcome.found, 'snapshot')} in ${outcome.folder}`;
        handle.log('info', `${found}, ${outcome.added} of them imported; ${outcome.missing} are missing.`);
        for (const problem of outcome.problems) handle.log('warning', `${problem.name}: ${problem.message}`);
        tellEverything(core);
        return { kind: 'scan', ...outcome };
      }),
  });
}

/**
 * Reads every manifest at a destination and imports unknown snapshots, then compares the known ones as the daily list
 * does. No manifest makes a snapshot the catalog's own.
 * @throws SnapkeepError when the destination cannot be read
 */
async function rescan(
  core: CoreContext,
  destination: StoredDestination,
  driver: Destination,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<ScanOutcome> {
  const { catalog, clock } = core;
  const known = new Map(catalog.copies.named(destination.id).map(({ snapshotId, name }) => [snapshotId, name]));
  const { manifests, problems, names } = await readDescribed(driver, signal, onProgress);
  const outcome: ScanOutcome = {
    folder: destinationLabel(destination.settings),
    destinationId: destination.id,
    found: manifests.length,
    added: 0,
    missing: 0,
    problems: [...bareFiles(names, new Set(known.values())), ...(await unfinished(destination)), ...problems],
  };
  for (const manifest of manifests) {
    try {
      importDescribed(catalog, clock, manifest, destination);
      if (!known.has(manifest.id)) outcome.added += 1;
    } catch (error) {
      const message = explainError(error, manifest.name).message;
      outcome.problems.push({ name: manifest.name + MANIFEST_SUFFIX, message });
    }
  }
  const { missing, problems: ofKnown } = await listStored(core, destination, driver);
  outcome.problems.push(...ofKnown);
  return { ...outcome, missing };
}

const BARE = /\.(db|sqlite|sqlite3)(\.gz|\.zst)?(\.age)?$/i;
const LIST = /\.files\.json(\.age)?$/i;

function bareFiles(names: ReadonlySet<string>, known: ReadonlySet<string>): ScanOutcome['problems'] {
  return [...names]
    .filter((name) => (BARE.test(name) || LIST.test(name)) && !names.has(name + MANIFEST_SUFFIX))
    .filter((name) => !known.has(name))
    .map((name) => ({
      name,
      message: LIST.test(name)
        ? 'It has no manifest, which locates the files that it lists.'
        : 'It has no manifest. Import it with: snapkeep import --other-programs',
    }));
}

/** Incomplete files in a folder; elsewhere they cannot be listed. */
async function unfinished(destination: StoredDestination): Promise<ScanOutcome['problems']> {
  if (destination.settings.kind !== 'folder') return [];
  try {
    return (await readdir(destination.settings.path))
      .filter((name) => name.endsWith(PARTIAL_SUFFIX))
      .sort()
      .map((name) => ({ name, message: 'It is incomplete, or still being written.' }));
  } catch (error) {
    throw explainError(error, locationOf(destination, ''));
  }
}
