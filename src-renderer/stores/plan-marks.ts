import { useMemo } from 'react';
import type { Result } from '../../src-shared/contract/methods.ts';
import type { MutedPlan, Settings } from '../../src-shared/model/settings.ts';
import { withMuted } from '../../src-shared/rules/state/muted-plans.ts';
import { client } from '../api/client.ts';
import { questionOf } from './answers.ts';
import { answers, useSettings } from './core.ts';

/*
 * What a person has marked plans with: pinned to the sidebar, or muted in their present state. Both are settings of the data
 * folder, so every window shows the same.
 */

/** Returns the ids of the pinned plans. */
export function usePinned(): ReadonlySet<string> {
  const pinned = useSettings()?.pinnedPlans;
  return useMemo(() => new Set(pinned), [pinned]);
}

/** Pins a plan to the sidebar, or takes it away from there. Plans that were deleted go with the next change. */
export async function setPinned(planId: string, pinned: boolean): Promise<void> {
  const known = statesNow();
  const others = settingsNow().pinnedPlans.filter((id) => id !== planId && known.has(id));
  await client.call('settings.update', { pinnedPlans: pinned ? [...others, planId] : others });
}

/** Returns which plans are muted in which state. */
export const useMuted = (): readonly MutedPlan[] => useSettings()?.mutedPlans ?? NONE;

/** Mutes a plan until its state changes, or unmutes it. */
export async function setMuted(planId: string, muted: boolean): Promise<void> {
  await client.call('settings.update', {
    mutedPlans: withMuted(settingsNow().mutedPlans, statesNow(), planId, muted),
  });
}

const NONE: readonly MutedPlan[] = [];

function settingsNow(): Settings {
  const settings = answers.store.getState().byQuestion[questionOf('settings.get', {})]?.value;
  if (settings == null) throw new Error('The settings are not loaded yet.');
  return settings as Settings;
}

function statesNow() {
  const plans = answers.store.getState().byQuestion[questionOf('plans.list', {})]?.value ?? [];
  return new Map((plans as Result<'plans.list'>).map(({ plan, state }) => [plan.id, state]));
}
