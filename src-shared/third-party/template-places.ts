import type { Places, Platform } from '../model/template.ts';
import { isSecretName } from '../rules/without-secrets.ts';
import { trimEndOf } from '../words/trimmed.ts';

/** What places are expanded with. */
export interface Machine {
  platform: Platform;
  /** The variables of the environment, the program's own among them. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The home folder of the user. */
  home: string;
  /** The folder of the program that a person named, for `<folder>` and for paths that start there; `null`: nobody has. */
  folder: string | null;
}

/** What variables mean that are not set, as the XDG base directories and Windows have it. */
const UNSET: Record<Platform, Record<string, string>> = {
  linux: {
    HOME: '~',
    XDG_DATA_HOME: '~/.local/share',
    XDG_CONFIG_HOME: '~/.config',
    XDG_STATE_HOME: '~/.local/state',
    XDG_CACHE_HOME: '~/.cache',
  },
  macos: { HOME: '~' },
  windows: {
    USERPROFILE: '~',
    LOCALAPPDATA: '~\\AppData\\Local',
    APPDATA: '~\\AppData\\Roaming',
    PROGRAMDATA: 'C:\\ProgramData',
  },
};

const FOLDER = /^<folder>(?=$|[/\\])/;
const VARIABLE = /\$(\w+)|%(\w+)%/g;

/**
 * The absolute paths that the places of a template are on this machine, in their order and each once. A place is passed
 * over when one of its variables is neither set nor known, and when it is not absolute in the end.
 */
export function expandPlaces(places: Places, machine: Machine): string[] {
  const expanded = places[machine.platform].map((place) => expandPlace(place, machine)).filter((path) => path !== null);
  return [...new Set(expanded)];
}

/** No path is longer. */
const LONGEST_PLACE = 4096;

/** One place as an absolute path; `null` when this machine does not say what it is. See {@link expandPlaces}. */
export function expandPlace(place: string, machine: Machine): string | null {
  if (place.length > LONGEST_PLACE) return null;
  let known = true;
  const named = place.replace(FOLDER, () => {
    known &&= machine.folder !== null;
    return machine.folder ?? '';
  });
  const filled = named.replace(VARIABLE, (_whole, unix?: string, windows?: string) => {
    const name = unix ?? windows ?? '';
    // What a place is expanded to is shown, and anybody can write a template.
    const value = isSecretName(name) ? null : variable(name, machine);
    known &&= value !== null;
    return value ?? '';
  });
  if (!known) return null;
  const path = atHome(filled, machine.home);
  if (isAbsolute(path, machine.platform)) return tidy(path, machine.platform);
  // A program's own variable may be relative, which counts from the folder the program runs in.
  if (machine.folder === null || path === '') return null;
  const inFolder = `${machine.folder}/${path}`;
  return isAbsolute(inFolder, machine.platform) ? tidy(inFolder, machine.platform) : null;
}

function variable(name: string, { platform, environment, home }: Machine): string | null {
  // Windows takes the case of a variable's name for nothing.
  const key =
    platform === 'windows'
      ? Object.keys(environment).find((each) => each.toUpperCase() === name.toUpperCase())
      : Object.hasOwn(environment, name)
        ? name
        : undefined;
  const value = key === undefined ? undefined : environment[key];
  const fallback = UNSET[platform][name.toUpperCase()];
  // The base directories of XDG must be absolute; one that is not counts as not set.
  const usable = value !== undefined && value !== '' && !(fallback !== undefined && !isAbsolute(value, platform));
  if (usable) return value;
  return fallback === undefined ? null : atHome(fallback, home);
}

function atHome(path: string, home: string): string {
  return path === '~' || /^~[/\\]/.test(path) ? home + path.slice(1) : path;
}

function isAbsolute(path: string, platform: Platform): boolean {
  return platform === 'windows' ? /^([A-Za-z]:[/\\]|[/\\]{2}[^/\\])/.test(path) : path.startsWith('/');
}

/** Writes a path with the separator of its platform, without `.` and `..` and doubled separators. */
function tidy(path: string, platform: Platform): string {
  const windows = platform === 'windows';
  const [, root = '', rest = ''] =
    (windows ? /^([A-Za-z]:[/\\]+|[/\\]{2}[^/\\]+[/\\]+[^/\\]*[/\\]*)(.*)$/s : /^(\/+)(.*)$/s).exec(path) ?? [];
  const segments: string[] = [];
  for (const segment of rest.split(windows ? /[/\\]+/ : /\/+/)) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  if (!windows) return `/${segments.join('/')}`;
  const start = trimEndOf(root.replaceAll('/', '\\'), '\\');
  return `${start}\\${segments.join('\\')}`;
}
