import { create } from 'zustand';
import type { RecoveryKitState } from '../../src-shared/model/recovery/recovery-kit.ts';
import { client } from '../api/client.ts';

/** The state of the recovery kit; `null` until it is fetched. */
export const useRecoveryKitStore = create<{ kit: RecoveryKitState | null }>(() => ({ kit: null }));

/** Fetches the state of the recovery kit. */
export async function fetchRecoveryKitState(): Promise<void> {
  useRecoveryKitStore.setState({ kit: await client.call('recoveryKit.status', {}) });
}
