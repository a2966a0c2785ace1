import type { ComparedFolder, DestinationSummary, SuggestedFolder } from '../../../src-shared/model/destination.ts';
import type { PlanDestination } from '../../../src-shared/model/plan.ts';

/** What is known of the destinations there are. */
export interface PlaceFacts {
  destinations: readonly DestinationSummary[];
  /** Which folders are on the disk of the source. */
  compared: readonly ComparedFolder[];
}

type Known = Pick<DestinationSummary, 'state'> & {
  destination: Pick<DestinationSummary['destination'], 'id' | 'settings'>;
};

/** Returns whether a destination is on the disk of the source, as far as that is known. */
export function isSameDisk({ destination: { settings } }: Known, compared: readonly ComparedFolder[]): boolean {
  return settings.kind === 'folder' && compared.find(({ path }) => path === settings.path)?.sameDisk === true;
}

/**
 * Returns where a new plan stores its snapshots unless a person chooses otherwise: a destination that is not on the disk of
 * the source, else a new folder on another disk, else what is on the same disk.
 */
export function defaultPlace(
  { destinations, compared }: { destinations: readonly Known[]; compared: readonly ComparedFolder[] },
  suggested: readonly SuggestedFolder[],
): { folder: string; others: PlanDestination[] } {
  const usable = destinations.filter(({ state }) => state === 'ready' || state === 'untested');
  const elsewhere = usable.find((each) => !isSameDisk(each, compared));
  const otherDisk = suggested.find(({ sameDisk }) => !sameDisk);
  const known = elsewhere ?? (otherDisk === undefined ? usable[0] : undefined);
  if (known !== undefined) return { folder: '', others: [{ destinationId: known.destination.id, retention: null }] };
  return { folder: (otherDisk ?? suggested[0])?.path ?? '', others: [] };
}
