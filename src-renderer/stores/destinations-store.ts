import { create } from 'zustand';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import { client } from '../api/client.ts';
import type { Answer } from '../hooks/use-answer.ts';
import { fetchInto } from './fetch-into.ts';

interface DestinationsState {
  destinations: DestinationSummary[] | null;
  error: ErrorBody | null;
}

/** All destinations and their states; `null` until they are fetched. */
export const useDestinationsStore = create<DestinationsState>(() => ({ destinations: null, error: null }));

/** Fetches the destinations. */
export function fetchDestinations(): Promise<void> {
  return fetchInto(useDestinationsStore, async () => ({ destinations: await client.call('destinations.list', {}) }));
}

/** Returns all destinations, for fields and forms that need them. */
export function useDestinations(): Answer<DestinationSummary[]> {
  const { destinations, error } = useDestinationsStore();
  return { value: destinations, error, reload: () => void fetchDestinations() };
}
