import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';

/*
 * Home opens with the window; every other page is code of its own, which the window reads once it has nothing else to
 * do, or when somebody opens the page before that.
 */

const loads: (() => Promise<unknown>)[] = [];

export const ActivityPage = page(async () => (await import('../features/activity/activity-page.tsx')).ActivityPage);
export const BrowsePage = page(async () => (await import('../features/browse/browse-page.tsx')).BrowsePage);
export const DatabasesPage = page(async () => (await import('../features/databases/databases-page.tsx')).DatabasesPage);
export const DestinationsPage = page(
  async () => (await import('../features/destinations/destinations-page.tsx')).DestinationsPage,
);
export const FindDatabasesPage = page(
  async () => (await import('../features/find-databases/find-databases-page.tsx')).FindDatabasesPage,
);
export const NewPlanPage = page(async () => (await import('../features/new-plan/new-plan-page.tsx')).NewPlanPage);
export const PlanPage = page(async () => (await import('../features/plans/plan-page.tsx')).PlanPage);
export const RecoverPage = page(async () => (await import('../features/recover-plans/recover-page.tsx')).RecoverPage);
export const RecoveryKitPage = page(
  async () => (await import('../features/recovery-kit/recovery-kit-page.tsx')).RecoveryKitPage,
);
export const SettingsPage = page(async () => (await import('../features/settings/settings-page.tsx')).SettingsPage);

/** Reads the code of all pages, so that each opens at once, also when the connection is lost later. */
export function loadPagesWhenIdle(): void {
  // What cannot be read now is read again when its page is opened, and says so then.
  requestIdleCallback(() => void Promise.allSettled(loads.map((load) => load())));
}

function page<Props>(load: () => Promise<ComponentType<Props>>): LazyExoticComponent<ComponentType<Props>> {
  loads.push(load);
  return lazy(async () => ({ default: await load().catch(refuse) }));
}

function refuse(cause: unknown): never {
  throw new SnapkeepError('UNAVAILABLE', 'This page could not be loaded.', {
    hint: 'Check that Snapkeep is running, then reload the window.',
    cause,
  });
}
