import { type ComponentType, createElement, use } from 'react';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';

/*
 * Home opens with the window. The code of the other pages is read once the window has nothing else to do, or when
 * somebody opens one before that.
 */

type Pages = typeof import('./other-pages.ts');

/** At once where they have been read: waiting for a promise, even one that has ended, would draw an empty page first. */
let pages: Pages | undefined;
let reading: Promise<Pages> | undefined;

async function read(): Promise<Pages> {
  try {
    pages = await import('./other-pages.ts');
    return pages;
  } catch (error) {
    reading = undefined;
    throw new SnapkeepError('UNAVAILABLE', 'This page could not be loaded.', {
      hint: 'Check that Snapkeep is running, then reload the window.',
      cause: error,
    });
  }
}

function page<Props extends object>(select: (all: Pages) => ComponentType<Props>) {
  return (props: Props) => {
    reading ??= read();
    return createElement(select(pages ?? use(reading)), props);
  };
}

export const ActivityPage = page((all) => all.ActivityPage);
export const BrowsePage = page((all) => all.BrowsePage);
export const DatabasesPage = page((all) => all.DatabasesPage);
export const DestinationsPage = page((all) => all.DestinationsPage);
export const FindDatabasesPage = page((all) => all.FindDatabasesPage);
export const NewPlanPage = page((all) => all.NewPlanPage);
export const PlanPage = page((all) => all.PlanPage);
export const RecoverPage = page((all) => all.RecoverPage);
export const RecoveryKitPage = page((all) => all.RecoveryKitPage);
export const ReplicaPage = page((all) => all.ReplicaPage);
export const SettingsPage = page((all) => all.SettingsPage);

const LONGEST_WAIT_MS = 1000;

/** Reads the code of all pages, so that each opens at once, also when the connection is lost later. */
export function loadPagesWhenIdle(): void {
  // What cannot be read now is said, and read again, when a page is opened.
  requestIdleCallback(() => void read().catch(() => undefined), { timeout: LONGEST_WAIT_MS });
}
