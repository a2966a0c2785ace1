import { posix } from 'node:path';
import type { DataFolders, UserFacts } from './data-folders.ts';

const SYSTEM = ['/var/lib', '/srv', '/opt', '/var/opt', '/usr/local/var'];
const TEMPORARY = ['/tmp', '/var/tmp', '/run', '/dev/shm'];

/** The folders of XDG, of Flatpak and Snap, the home folder, and those of services. */
export function dataFolders({ home, environment }: UserFacts): DataFolders {
  const own = (name: string, usual: string): string => {
    const given = environment[name];
    // One that is not absolute counts as not set.
    return given?.startsWith('/') === true ? given : posix.join(home, usual);
  };
  const user = [
    own('XDG_CONFIG_HOME', '.config'),
    own('XDG_DATA_HOME', '.local/share'),
    own('XDG_STATE_HOME', '.local/state'),
    posix.join(home, '.var/app'),
    posix.join(home, 'snap'),
  ];
  return { folders: [...user, ...(home === '/' ? [] : [home]), ...SYSTEM], remote: [], temporary: TEMPORARY };
}
