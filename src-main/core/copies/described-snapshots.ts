import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { ScanOutcome } from '../../../src-shared/model/run.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { listAll } from '../destinations/drivers/list-all.ts';
import { explainError } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import { readManifestAt } from './stored-manifest.ts';

/** How many manifests are read at once. */
const AT_ONCE = 8;

/** What the manifests at a destination describe. Others could have written them. */
export interface DescribedSnapshots {
  /** Of snapshots whose file exists under the name in the manifest. */
  manifests: Manifest[];
  /** Manifests that cannot be used, each with the reason. */
  problems: ScanOutcome['problems'];
  /** The names of all files there. */
  names: ReadonlySet<string>;
}

/**
 * Reads every manifest at a destination.
 * @throws SnapkeepError when the destination cannot be read, `CANCELLED`
 */
export async function readDescribed(
  driver: Destination,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<DescribedSnapshots> {
  const names = new Set(await listAll(driver, signal));
  const described = [...names].filter((name) => name.endsWith(MANIFEST_SUFFIX));
  return { ...(await readManifests(driver, described, names, signal, onProgress)), names };
}

/**
 * Reads some of the manifests at a destination.
 * @param described their names @param names of all files there
 * @throws SnapkeepError when the destination cannot be read, `CANCELLED`
 */
export async function readManifests(
  driver: Destination,
  described: readonly string[],
  names: Pick<ReadonlySet<string>, 'has'>,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Omit<DescribedSnapshots, 'names'>> {
  const found: Omit<DescribedSnapshots, 'names'> = { manifests: [], problems: [] };
  for (let index = 0; index < described.length; index += AT_ONCE) {
    onProgress(index, described.length);
    const some = described.slice(index, index + AT_ONCE);
    const read = await Promise.all(some.map((name) => readOne(driver, name, names, signal)));
    if (signal?.aborted === true) throw cancelledError();
    for (const [at, manifest] of read.entries()) {
      if (manifest instanceof SnapkeepError) found.problems.push({ name: some[at] ?? '', message: manifest.message });
      else found.manifests.push(manifest);
    }
  }
  return found;
}

/** The manifest, or why it cannot be used; a destination that becomes unavailable meanwhile ends the whole. */
async function readOne(
  driver: Destination,
  name: string,
  present: Pick<ReadonlySet<string>, 'has'>,
  signal: AbortSignal | undefined,
): Promise<Manifest | SnapkeepError> {
  const snapshotName = name.slice(0, -MANIFEST_SUFFIX.length);
  try {
    const manifest = await readManifestAt(driver, name, signal);
    if (manifest.name !== snapshotName)
      return new SnapkeepError('CONFLICT', `The manifest describes ${manifest.name}: the file has been renamed.`);
    if (!present.has(snapshotName))
      return new SnapkeepError('NOT_FOUND', 'The snapshot that the manifest describes is missing.');
    return manifest;
  } catch (error) {
    const explained = explainError(error, name);
    if (explained.code === 'CANCELLED' || classifyFailure(explained.code) === 'unavailable') throw explained;
    return explained;
  }
}
