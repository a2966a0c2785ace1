import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination } from './drivers/destination.ts';
import { listAll } from './drivers/list-all.ts';

/**
 * Requires that the snapshots stored at a destination exist at its new location too, or the list of snapshots would
 * name files that do not exist.
 * @param there opens the driver of the new location
 * @throws SnapkeepError `CONFLICT` when copies are missing there, `BUSY` while a run uses it, and as the driver does
 */
export async function requireMoved(
  core: CoreContext,
  { id, name, settings }: StoredDestination,
  there: () => Promise<Destination>,
): Promise<void> {
  if (core.runs.active().some((run) => run.destinationId === id))
    throw new SnapkeepError('BUSY', `A run is using ${name}.`, {
      hint: 'Wait until it ends or cancel it, then save again.',
    });
  const stored = core.catalog.copies.named(id).filter(({ state }) => state === 'stored');
  if (stored.length === 0) return;
  await using driver = await there();
  const present = new Set(await listAll(driver, undefined));
  const lacking = stored.filter((copy) => !present.has(copy.name)).length;
  if (lacking === 0) return;
  const all = countInWords(stored.length, 'snapshot');
  throw new SnapkeepError(
    'CONFLICT',
    `${name} has ${all} at ${destinationLabel(settings)}; ${lacking} of them ${lacking === 1 ? 'is' : 'are'} missing at the new location.`,
    {
      hint: 'Nothing was changed. Move the files there first, or add the new location as another destination and assign it to the plans.',
    },
  );
}
