import type { StoreApi } from 'zustand';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import { errorBody } from '../components/errors.tsx';
import { useAppStore } from './app-store.ts';

/** Fetches a list into its store; a failure is kept beside it, for the screens that wait for the list. */
export async function fetchInto<S extends { error: ErrorBody | null }>(
  store: StoreApi<S>,
  fetch: () => Promise<Omit<S, 'error'>>,
): Promise<void> {
  store.setState({ error: null } as Partial<S>);
  try {
    store.setState({ ...(await fetch()) } as Partial<S>);
  } catch (error) {
    // Without a connection everything is fetched again after reconnecting.
    if (useAppStore.getState().connected === true) store.setState({ error: errorBody(error) } as Partial<S>);
  }
}
