import { create } from 'zustand';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import { client } from '../api/client.ts';

/** Every destination and how it stands; `null` until they have been fetched. */
export const useDestinationsStore = create<{ destinations: DestinationSummary[] | null }>(() => ({
  destinations: null,
}));

/** Fetches the destinations. */
export async function fetchDestinations(): Promise<void> {
  useDestinationsStore.setState({ destinations: await client.call('destinations.list', {}) });
}
