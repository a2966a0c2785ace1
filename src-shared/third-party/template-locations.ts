import type { Locations, Platform } from '../model/third-party/template.ts';
import { isSecretName } from '../rules/secrets/without-secrets.ts';
import { trimEndOf } from '../words/trimmed.ts';

/** What locations are expanded with. */
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
 * The absolute paths that the locations of a template are on this machine, in their order and each once. A location is passed
 * over when one of its variables is neither set nor known, and when it is not absolute in the end.
 */
export function expandLocations(locations: Locations, machine: Machine): string[] {
  const expanded = locations[machine.platform]
    .map((location) => expandLocation(location, machine))
    .filter((path) => path !== null);
  return [...new Set(expanded)];
}

/** No path is longer. */
const LONGEST_LOCATION = 4096;

/** One location as an absolute path; `null` when this machine does not say what it is. See {@link expandLocations}. */
export function expandLocation(location: string, machine: Machine): string | null {
  if (location.length > LONGEST_LOCATION) return null;
  let known = true;
  const named = location.replace(FOLDER, () => {
    known &&= machine.folder !== null;
    return machine.folder ?? '';
  });
  const filled = named.replace(VARIABLE, (_whole, unix?: string, windows?: string) => {
    const name = unix ?? windows ?? '';
    // What a location is expanded to is shown, and anybody can write a template.
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
