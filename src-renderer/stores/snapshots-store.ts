import { create } from 'zustand';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import { client } from '../api/client.ts';

interface SnapshotsState {
  /** By plan, newest first; only of plans that have been looked at. */
  byPlan: Record<string, ListedSnapshot[]>;
}

/** The snapshots of the plans that have been looked at. */
export const useSnapshotsStore = create<SnapshotsState>(() => ({ byPlan: {} }));

/** Fetches the snapshots of a plan. */
export async function fetchSnapshots(planId: string): Promise<void> {
  const snapshots = await client.call('snapshots.list', { planId });
  useSnapshotsStore.setState(({ byPlan }) => ({ byPlan: { ...byPlan, [planId]: snapshots } }));
}

/** Fetches again what has been looked at: of one plan, or of all. */
export async function refreshSnapshots(planId: string | null): Promise<void> {
  const looked = Object.keys(useSnapshotsStore.getState().byPlan);
  await Promise.all(looked.filter((id) => planId === null || id === planId).map(fetchSnapshots));
}
