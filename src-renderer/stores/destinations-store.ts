import { create } from 'zustand';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import { client } from '../api/client.ts';

/** All destinations and their states; `null` until they are fetched. */
export const useDestinationsStore = create<{ destinations: DestinationSummary[] | null }>(() => ({
  destinations: null,
}));

/** Fetches the destinations. */
export async function fetchDestinations(): Promise<void> {
  useDestinationsStore.setState({ destinations: await client.call('destinations.list', {}) });
}
