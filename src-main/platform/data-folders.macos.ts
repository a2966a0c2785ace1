import { posix } from 'node:path';
import type { DataFolders, UserFacts } from './data-folders.ts';

const SYSTEM = ['/Library/Application Support', '/usr/local/var', '/opt/homebrew/var', '/opt/local/var', '/srv'];

/** The library of the user with its containers, the home folder, and those of services. */
export function dataFolders({ home }: UserFacts): DataFolders {
  const library = posix.join(home, 'Library');
  const below = (name: string): string => posix.join(library, name);
  return {
    folders: [
      below('Application Support'),
      below('Containers'),
      below('Group Containers'),
      ...(home === '/' ? [] : [home]),
      ...SYSTEM,
    ],
    remote: [below('CloudStorage'), below('Mobile Documents')],
    temporary: ['/private/tmp', '/private/var/tmp', '/private/var/folders'],
  };
}
