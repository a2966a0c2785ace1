import { lazy } from 'react';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';

/*
 * Home opens with the window. The code of the other pages is read once the window has nothing else to do, or when
 * somebody opens one before that.
 */

const load = () => import('./other-pages.ts');

type Pages = Awaited<ReturnType<typeof load>>;

const page = <Name extends keyof Pages>(name: Name) =>
  lazy(async () => ({ default: (await load().catch(refuse))[name] }));

export const ActivityPage = page('ActivityPage');
export const BrowsePage = page('BrowsePage');
export const DatabasesPage = page('DatabasesPage');
export const DestinationsPage = page('DestinationsPage');
export const FindDatabasesPage = page('FindDatabasesPage');
export const NewPlanPage = page('NewPlanPage');
export const PlanPage = page('PlanPage');
export const RecoverPage = page('RecoverPage');
export const RecoveryKitPage = page('RecoveryKitPage');
export const SettingsPage = page('SettingsPage');

/** Reads the code of all pages, so that each opens at once, also when the connection is lost later. */
export function loadPagesWhenIdle(): void {
  // What cannot be read now is read again when a page is opened, which says so then.
  requestIdleCallback(() => void load().catch(() => undefined));
}

function refuse(cause: unknown): never {
  throw new SnapkeepError('UNAVAILABLE', 'This page could not be loaded.', {
    hint: 'Check that Snapkeep is running, then reload the window.',
    cause,
  });
}
