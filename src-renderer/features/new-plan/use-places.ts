import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import type { DestinationSummary, SuggestedFolder } from '../../../src-shared/model/destination.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { defaultPlace, isSameDisk, type PlaceFacts } from './default-place.ts';

/** Where snapshots of a new plan can be stored. */
export interface Places extends PlaceFacts {
  /** `null` until they are known. */
  suggested: readonly SuggestedFolder[] | null;
  /** Why they could not be found. */
  problem: ReturnType<typeof useAnswer<'destinations.suggest'>>['error'];
  /** The typed folder cannot be reached, nor the one around it. */
  folderMissing: boolean;
  /** Everything that is chosen is on the disk of the source. */
  onOneDisk: boolean;
  /** Looks again for disks and shares. */
  refresh(): void;
}

/**
 * Follows the disks and destinations for a source.
 * @param chooses the best is chosen once for each source
 */
export function usePlaces(form: PlanFormApi, sourcePaths: string[], chooses: boolean): Places {
  const { folder, others } = form.values;
  const [sources] = useDebouncedValue(sourcePaths.join('\n'), 250);
  const [typed] = useDebouncedValue(folder.trim(), 250);
  const paths = sources === '' ? [] : sources.split('\n');
  const destinations = useAnswer('destinations.list', {}).value;
  const suggestions = useAnswer('destinations.suggest', sources === '' ? null : { sourcePaths: paths });
  const folders = [...(destinations ?? []).flatMap(folderOf), typed].filter((path) => path !== '');
  const compared = useAnswer('destinations.compareDisks', sources === '' ? null : { sourcePaths: paths, folders });
  const lastSuggested = useLast(suggestions.value);
  const facts = { destinations: destinations ?? [], compared: useLast(compared.value) ?? [] };
  useDefault(
    form,
    sources,
    suggestions.value,
    chooses && destinations !== null && compared.value !== null ? facts : null,
  );
  const refresh = (): void => {
    suggestions.reload();
    compared.reload();
  };
  useRefreshOnFocus(refresh);
  const known = facts.compared.find(({ path }) => path === folder.trim());
  const chosen = facts.destinations.filter(({ destination }) =>
    others.some(({ destinationId }) => destinationId === destination.id),
  );
  return {
    ...facts,
    suggested: suggestions.value ?? lastSuggested,
    problem: suggestions.error,
    folderMissing: folder.trim() !== '' && known?.available === false,
    onOneDisk:
      (folder.trim() !== '' || chosen.length > 0) &&
      (folder.trim() === '' || known?.sameDisk === true) &&
      chosen.every((each) => isSameDisk(each, facts.compared)),
    refresh,
  };
}

/** More sources than these are not compared at once. */
const MOST_COMPARED = 100;

/**
 * Returns the destination that new plans of these sources store to unless a person chooses otherwise; `null` while that is
 * not known, or where none can be used.
 */
export function useDefaultDestination(sourcePaths: readonly string[]): DestinationSummary | null {
  const destinations = useAnswer('destinations.list', {}).value;
  const folders = (destinations ?? []).flatMap(folderOf);
  const isKnown = sourcePaths.length === 0 || folders.length === 0;
  const answer = useAnswer(
    'destinations.compareDisks',
    isKnown ? null : { sourcePaths: sourcePaths.slice(0, MOST_COMPARED), folders },
  );
  // While another selection is compared, the last choice stays.
  const last = useLast(answer.value);
  const compared = isKnown || answer.error !== null ? [] : last;
  if (destinations === null || compared === null) return null;
  const [chosen] = defaultPlace({ destinations, compared }, []).others;
  return destinations.find(({ destination }) => destination.id === chosen?.destinationId) ?? null;
}

const folderOf = ({ destination: { settings } }: DestinationSummary): string[] =>
  settings.kind === 'folder' ? [settings.path] : [];

/** Chooses the best place when a source has been chosen; what a person has chosen stays. */
function useDefault(
  form: PlanFormApi,
  source: string,
  suggested: readonly SuggestedFolder[] | null,
  facts: PlaceFacts | null,
): void {
  const last = useRef({ source: '', folder: '', ids: '' });
  const isKnown = suggested !== null && facts !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each source, as soon as all is known
  useEffect(() => {
    if (suggested === null || facts === null || last.current.source === source) return;
    const { folder, others } = form.values;
    const isOwn = folder !== last.current.folder || idsOf(others) !== last.current.ids;
    const chosen = isOwn ? null : defaultPlace(facts, suggested);
    last.current = { source, folder: chosen?.folder ?? folder, ids: idsOf(chosen?.others ?? others) };
    if (chosen !== null) form.setValues(chosen);
  }, [source, isKnown]);
}

const idsOf = (others: ReadonlyArray<{ destinationId: string }>): string =>
  others.map(({ destinationId }) => destinationId).join();

/** A disk that was plugged in, or taken out, is noticed when the person returns to the window. */
function useRefreshOnFocus(refresh: () => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const look = (): void => latest.current();
    addEventListener('focus', look);
    return () => removeEventListener('focus', look);
  }, []);
}
