import type { Compression, KnownProgram } from '../model/values.ts';
import { trimOf } from '../words/trimmed.ts';
import { findTime, monthTime, type NamedTime } from './times-in-names.ts';

/** What the name of a backup says that another program made, or that nobody entered. */
export interface BackupName {
  /** Whose backup it is; `null`: any other program's. */
  program: KnownProgram | 'snapkeep' | null;
  kind: 'database' | 'dump' | 'folder' | 'config' | 'image';
  /** What a plan for it would be called. */
  planName: string;
  /** `null`: the name does not tell, and the file's own time has to do. */
  time: NamedTime | null;
  trigger: 'manual' | 'automatic' | 'unknown';
  compression: Compression;
  /** The kind of copy it was kept as. */
  tier: 'daily' | 'weekly' | 'monthly' | null;
  /** The same for all files that belong together: a database and the folders beside it, or copies of one backup. */
  group: string;
  /** It is reached through a link to the newest backup and so is another one once more. */
  link: boolean;
}

type Known = Omit<BackupName, 'compression' | 'group' | 'link' | 'program'> & { program: KnownProgram };

/** A file's path in pieces. */
interface PathParts {
  /** The names of the folders, from the outermost. */
  folders: string[];
  /** The file's name without its ending. */
  stem: string;
  ending: Ending;
}

interface Ending {
  /** In lower case, without compression: `.db`, `.sql`, … */
  type: string;
  compression: Compression;
}

const ENDING =
  /(\.(?:db|sqlite|sqlite3|db3|s3db|sl3|sqlitedb|backup|bak|old|orig|sav|copy|sql|dump|toml|img|tar|zip))(\.(?:gz|zst|xz))?$/i;
const PACKED_FOLDER = /\.t(?:gz|xz)$/i;
/** What Snapkeep packs in itself. */
const PACKINGS: Record<string, Compression> = { '.gz': 'gz', '.zst': 'zst' };
/** What programs call a link to their newest backup. */
const LATEST = /^latest(\.|$)/i;

/** No path is longer. */
const LONGEST_PATH = 4096;

/**
 * Reads what the name of a backup says.
 * @param path relative to the folder of backups, with `/` or `\` between folders
 * @returns `null` when nothing about the name is that of a backup
 */
export function readBackupName(path: string): BackupName | null {
  if (path.length > LONGEST_PATH) return null;
  const names = path.split(/[/\\]/).filter((name) => name !== '' && name !== '.');
  const link = names.some((name) => LATEST.test(name));
  const tree = readDatedFolder(names, link);
  if (tree !== null) return tree;
  const parts = partsOf(names);
  if (parts === null) return null;
  const known = readHone(parts) ?? readPortunus(parts) ?? readOpenMemory(parts) ?? readPiSovereign(parts);
  const { compression } = parts.ending;
  if (known !== null) return { ...known, compression, group: groupOf(known.program, known.time, parts), link };
  return readSnapkeep(parts, link) ?? readAny(parts, link);
}

/** Reads a name that says nothing of a backup: whether it is one its content has to tell. */
export function readAnyName(path: string): BackupName | null {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const stem = names.at(-1);
  if (stem === undefined || path.length > LONGEST_PATH) return null;
  const parts: PathParts = { folders: names.slice(0, -1), stem, ending: { type: '', compression: 'none' } };
  return readAny(
    parts,
    names.some((name) => LATEST.test(name)),
  );
}

function partsOf(names: readonly string[]): PathParts | null {
  const file = names.at(-1);
  if (file === undefined) return null;
  const folders = names.slice(0, -1);
  if (PACKED_FOLDER.test(file))
    return {
      folders,
      stem: file.replace(PACKED_FOLDER, ''),
      ending: { type: '.tar', compression: /gz$/i.test(file) ? 'gz' : 'none' },
    };
  const [whole, type, packing] = ENDING.exec(file) ?? [];
  if (whole === undefined || type === undefined) return null;
  const compression = PACKINGS[packing?.toLowerCase() ?? ''] ?? 'none';
  return { folders, stem: file.slice(0, -whole.length), ending: { type: type.toLowerCase(), compression } };
}

/**
 * What is below a folder that is named by its date: Sound Box keeps a database and `generated/` in one, PiSovereign the
 * files of the system in `system/<date>/`.
 */
function readDatedFolder(names: readonly string[], link: boolean): BackupName | null {
  const at = names.findIndex((name) => LATEST.test(name) || isDate(name));
  const name = names[at];
  if (name === undefined) return null;
  const time = findTime(name, 'local')?.time ?? null;
  const rest = names.slice(at + 1);
  const base = { time, trigger: 'unknown', compression: 'none', tier: null, link } as const;
  const day = time?.wallClock ?? 'latest';
  if (names[at - 1] === 'system' && at === 1)
    return { ...base, program: 'pisovereign', kind: 'folder', planName: 'system', group: `pisovereign:${day}` };
  if (name.includes('-') || LATEST.test(name)) {
    const group = `soundbox:${day}`;
    if (rest[0] === 'soundbox.db' && rest.length === 1)
      return { ...base, program: 'soundbox', kind: 'database', planName: 'soundbox', group };
    if (rest[0] === 'generated') return { ...base, program: 'soundbox', kind: 'folder', planName: 'soundbox', group };
  }
  return null;
}

const isDate = (name: string): boolean => {
  const found = findTime(name, 'local');
  return found !== null && found.before === '' && found.after === '';
};

/** `hone-2024-01-15-143022.db.gz`, in UTC. */
function readHone({ stem, ending }: PathParts): Known | null {
  const found = findTime(stem, 'utc');
  if (found?.before !== 'hone-' || !isAttempt(found.after) || found.time.precision !== 'second') return null;
  return ending.type === '.db' ? database('hone', found.time) : null;
}

/** `portunus-state-<RFC 3339>.db`, `portunus-backup-2026-05-08.db` and the bare `2026-05-08.db`. */
function readPortunus({ stem, ending, folders }: PathParts): Known | null {
  const found = findTime(stem, 'local');
  if (ending.type !== '.db' || found === null || !isAttempt(found.after)) return null;
  const bare = found.before === '' && found.time.precision === 'day' && stem.includes('-') && folders.length === 0;
  if (!bare && !/^portunus-(state|backup)-$/.test(found.before)) return null;
  return database('portunus', found.time);
}

/** `backup-manual-…`, `backup-auto-…` with ISO 8601 in UTC, `backup-…`, `vacuum-backup-…` and `dump-…` with a day. */
function readOpenMemory({ stem, ending }: PathParts): Known | null {
  const found = findTime(stem, 'local');
  if (found === null || !isAttempt(found.after)) return null;
  const [, prefix] = /^(backup|backup-manual|backup-auto|vacuum-backup|dump)-$/.exec(found.before) ?? [];
  if (prefix === undefined || ending.type !== (prefix === 'dump' ? '.sql' : '.db')) return null;
  const trigger = prefix.endsWith('manual') ? 'manual' : prefix.endsWith('auto') ? 'automatic' : 'unknown';
  return { ...database('openmemory', found.time), kind: prefix === 'dump' ? 'dump' : 'database', trigger };
}

/** `pisovereign-…` in folders of its tiers, `config-….toml`, `pisovereign-full-….img.gz`. */
function readPiSovereign({ stem, ending, folders }: PathParts): Known | null {
  const folder = folders.at(-1);
  const month = /^pisovereign-(\d{4})(\d\d)$/.exec(stem);
  if (month !== null && ending.type === '.db') {
    const time = monthTime(month[1] ?? '', month[2] ?? '');
    return time && { ...database('pisovereign', time), tier: 'monthly', trigger: 'automatic' };
  }
  const found = findTime(stem, 'local');
  if (found === null || !isAttempt(found.after)) return null;
  const { before, time } = found;
  if (ending.type === '.toml' && before === 'config-')
    return { ...database('pisovereign', time), kind: 'config', planName: 'config' };
  if (ending.type === '.img' && before === 'pisovereign-full-')
    return { ...database('pisovereign', time), kind: 'image', planName: 'pisovereign-full' };
  if (ending.type !== '.db') return null;
  const weekly = /^pisovereign-week(0[1-9]|[1-4]\d|5[0-3])-$/.test(before);
  if (!weekly && before !== 'pisovereign-') return null;
  const tier = weekly ? 'weekly' : folder === 'daily' || folder === 'weekly' || folder === 'monthly' ? folder : null;
  return { ...database('pisovereign', time), tier, trigger: tier === null ? 'unknown' : 'automatic' };
}

function database(program: KnownProgram, time: NamedTime): Known {
  return { program, kind: 'database', planName: program, time, trigger: 'unknown', tier: null };
}

/** Snapkeep's own names: `<plan>-2026-11-20-020304-k3f9qa.db.gz`, in UTC, with letters of the snapshot's id. */
function readSnapkeep({ stem, ending, folders }: PathParts, link: boolean): BackupName | null {
  const [, planName = '', day = '', clock = '', letters = ''] =
    /^(.+)-(\d{4}-\d\d-\d\d)-(\d{6})(?:-([0-9a-z]{6}(?:-[0-9a-z]{6,12})?))?$/.exec(stem) ?? [];
  const time = findTime(`${day}-${clock}`, 'utc')?.time;
  if (ending.type !== '.db' || time?.precision !== 'second') return null;
  return {
    program: 'snapkeep',
    kind: 'database',
    planName,
    time: { ...time, clockAssumed: false },
    trigger: 'unknown',
    compression: ending.compression,
    tier: null,
    group: [...folders, `${planName}:${time.wallClock}${letters}`].join('/'),
    link,
  };
}

const KINDS: Record<string, BackupName['kind']> = {
  '.sql': 'dump',
  '.dump': 'dump',
  '.img': 'image',
  '.tar': 'folder',
  '.zip': 'folder',
};

/** Any other database, dump, image or packed folder, with a date anywhere in its name, in its folder's, or none. */
function readAny(parts: PathParts, link: boolean): BackupName | null {
  const { stem, ending, folders } = parts;
  if (ending.type === '.toml') return null;
  const found = findTime(stem, 'local');
  const dated = found === null ? folders.findLastIndex((name) => findTime(name, 'local') !== null) : -1;
  const time = (found ?? findTime(folders[dated] ?? '', 'local'))?.time ?? null;
  const name = found === null ? stem : `${found.before}-${found.after}`;
  const plain = trimOf(name.replace(/[-_. ]{2,}/g, '-'), '-_. ');
  const planName =
    plain === '' ? (folders.filter((each) => !isDate(each) && !LATEST.test(each)).at(-1) ?? 'database') : plain;
  return {
    program: null,
    kind: KINDS[ending.type] ?? 'database',
    planName,
    time,
    trigger: 'unknown',
    compression: ending.compression,
    tier: tierOf(folders),
    // What lies in a folder with a date was backed up together.
    group:
      dated >= 0
        ? `${folders.slice(0, dated + 1).join('/')}/`
        : [...folders, `${planName}:${time?.wallClock ?? ''}`].join('/'),
    link,
  };
}

function tierOf(folders: readonly string[]): BackupName['tier'] {
  const last = folders.at(-1)?.toLowerCase();
  return last === 'daily' || last === 'weekly' || last === 'monthly' ? last : null;
}

/** What stands after a time may be nothing, the number of a name that was taken, or letters of a snapshot's id. */
const isAttempt = (after: string): boolean => /^(-\d{1,3}|(-[0-9a-z]{6,12}){1,2})?$/.test(after);

/** Backups of one program from one day belong together where its names tell days, and of one second where they tell that. */
function groupOf(program: KnownProgram, time: NamedTime | null, { folders, stem }: PathParts): string {
  return `${program}:${time?.wallClock ?? [...folders, stem].join('/')}`;
}
