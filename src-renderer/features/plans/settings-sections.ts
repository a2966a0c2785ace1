import type { SourceKind } from '../../../src-shared/model/source.ts';

/** The sections of a plan's settings, in their order; each has its title as its address. */
export function settingsSections(sourceKind: SourceKind): string[] {
  const database = sourceKind === 'database';
  return [
    'Source',
    'General',
    'Destinations',
    'Schedule',
    'Retention',
    ...(database ? ['History'] : []),
    'Snapshots',
    'Snapshot encryption',
    ...(database ? ['Database encryption'] : []),
    'Restore tests',
    'Advanced',
  ];
}

/** Returns the address of a section of a plan's settings. */
export function settingsAddress(planId: string, section: string): string {
  return `/databases/${planId}/settings?${new URLSearchParams({ section })}`;
}
