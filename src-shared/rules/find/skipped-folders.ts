import { partsOf } from './path-parts.ts';

/** Folders with what tools bring from elsewhere or build again, and bodies of caches: no program keeps data there. */
const NAMES = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  '.bzr',
  '.jj',
  '__pycache__',
  'site-packages',
  'dist-packages',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
  '.gradle',
  '.m2',
  '.ivy2',
  '.rustup',
  '.nvm',
  '.pyenv',
  '.rbenv',
  '.npm',
  '.pnpm-store',
  '.terraform',
  '_cacache',
  'cache2',
  'cache_data',
  'code cache',
  'gpucache',
  'shadercache',
  'cachestorage',
  'scriptcache',
  '.snapshots',
  '.zfs',
  '.mobilebackups',
  'backups.backupdb',
  'timeshift',
  'lost+found',
  'system volume information',
  '$recycle.bin',
  '.spotlight-v100',
  '.fseventsd',
  '.documentrevisions-v100',
]);

/** The same for folders that are meant only below these. */
const BELOW: ReadonlyArray<readonly [string, string]> = [
  ['docker', 'overlay2'],
  ['docker', 'image'],
  ['docker', 'buildkit'],
  ['docker', 'btrfs'],
  ['docker', 'zfs'],
  ['docker', 'aufs'],
  ['storage', 'overlay'],
  ['storage', 'overlay-images'],
  ['storage', 'overlay-layers'],
  ['lib', 'containerd'],
  ['lib', 'lxcfs'],
  ['lib', 'dpkg'],
  ['flatpak', 'repo'],
  ['flatpak', 'runtime'],
  ['flatpak', 'app'],
  ['snapd', 'snaps'],
  ['snapd', 'cache'],
  ['steamapps', 'common'],
  ['steamapps', 'shadercache'],
  ['.cargo', 'registry'],
  ['pkg', 'mod'],
  ['.cache', 'pip'],
  ['.cache', 'yarn'],
  ['.cache', 'go-build'],
];

/**
 * Returns whether a search passes a folder over because no program keeps data there.
 * @param path absolute, of any system
 */
export function isSkippedFolder(path: string): boolean {
  const parts = partsOf(path).slice(-2);
  const name = parts.at(-1) ?? '';
  return NAMES.has(name) || BELOW.some(([above, own]) => name === own && parts[0] === above);
}
