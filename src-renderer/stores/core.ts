import { useCallback, useEffect } from 'react';
import { useStore } from 'zustand';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import type { AppInfo } from '../../src-shared/model/app-info.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import type { Pause } from '../../src-shared/model/schedule.ts';
import type { Settings } from '../../src-shared/model/settings.ts';
import { client } from '../api/client.ts';
import { type Answer, Answers, questionOf, UNASKED } from './answers.ts';

/** What the core of this window has answered. */
export const answers = new Answers(client);

/** An answer as a component sees it. */
export interface Loaded<T> extends Answer<T> {
  /** Asks again. */
  reload(): void;
}

/**
 * Asks the core while a component is shown, and keeps the answer up to date.
 * @param params `null`: there is nothing to ask yet
 */
export function useAnswer<M extends MethodName>(method: M, params: Params<M> | null): Loaded<Result<M>> {
  const key = params === null ? null : questionOf(method, params);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the parameters
  useEffect(() => (params === null ? undefined : answers.watch(method, params)), [key]);
  const answer = useStore(answers.store, ({ byQuestion }) => (key === null ? NOTHING : (byQuestion[key] ?? UNASKED)));
  const reload = useCallback(() => key !== null && answers.reload(key), [key]);
  return { ...(answer as Answer<Result<M>>), reload };
}

const NOTHING: Answer<never> = { value: null, error: null, pending: false };

/** What is watched as long as the window is open. */
export const KEPT = [
  'app.info',
  'settings.get',
  'schedules.status',
  'plans.list',
  'destinations.list',
  'runs.list',
  'recoveryKit.status',
] as const satisfies MethodName[];

/** Returns a part of an answer that is watched as long as the window is open. */
export function useKept<M extends (typeof KEPT)[number], T>(method: M, select: (value: Result<M> | null) => T): T {
  return useStore(answers.store, ({ byQuestion }) =>
    select((byQuestion[questionOf(method, {})]?.value ?? null) as Result<M> | null),
  );
}

/** Returns whether there is a connection; `null`: the first attempt has not ended. */
export const useConnected = (): boolean | null => useStore(answers.store, ({ connected }) => connected);

/** Returns what this machine and its Snapkeep can do; `null` until it is known. */
export const useInfo = (): AppInfo | null => useKept('app.info', (info) => info);

/** Returns the settings; `null` until they are known. */
export const useSettings = (): Settings | null => useKept('settings.get', (settings) => settings);

/** Returns the pause of all schedules; `null`: none. */
export const usePaused = (): Pause | null => useKept('schedules.status', (status) => status?.paused ?? null);

/** Returns a plan; `undefined` if it does not exist or is not known yet. */
export const usePlan = (planId: string): PlanSummary | undefined =>
  useKept('plans.list', (plans) => plans?.find(({ plan }) => plan.id === planId));
