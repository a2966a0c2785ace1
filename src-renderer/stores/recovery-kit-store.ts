import { create } from 'zustand';
import type { RecoveryKitState } from '../../src-shared/model/recovery-kit.ts';
import { client } from '../api/client.ts';

/** Whether the recovery kit that was last saved still says what is true; `null` until it has been asked. */
export const useRecoveryKitStore = create<{ kit: RecoveryKitState | null }>(() => ({ kit: null }));

/** Asks how the kit stands. */
export async function fetchRecoveryKitState(): Promise<void> {
  useRecoveryKitStore.setState({ kit: await client.call('recoveryKit.status', {}) });
}
