import { buffer } from 'node:stream/consumers';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX } from '../../../src-shared/model/manifest.ts';
import type { FoundBackups, ImportProblem } from '../../../src-shared/model/third-party/import.ts';
import { type BackupName, readAnyName, readBackupName } from '../../../src-shared/third-party/backup-names.ts';
import { thirdPartyRepository } from '../../../src-shared/third-party/repositories.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { type Destination, isName, type StoredObject } from '../destinations/drivers/destination.ts';
import { objectsAt } from '../destinations/drivers/list-all.ts';
import { cancelledError } from '../engine/task-context.ts';
import { levelOf } from '../history/layout.ts';
import { recognizeReplica } from '../history/litestream.ts';
import { type BackupJudgement, type PackedSample, SAMPLE } from './judge-backup.ts';
import { describeFile, folderEntry, notNamed } from './other-program-entry.ts';

/** How deep folders are looked into: `backups/daily/2024-01-15/` and no further. */
const DEEPEST = 3;
/** How many files are listed at most, and in how many folders; more are said to be there. */
const MOST_FILES = 20_000;
const MOST_FOLDERS = 10_000;
/** How many files are looked into at once. */
const AT_ONCE = 8;
/** How many samples a worker process is given: some ten megabytes. */
const JUDGED_AT_ONCE = 2000;
/** What SQLite and others keep beside a database, which is no backup of its own. */
const BESIDE = /-(wal|shm|journal)$/i;
const UNFINISHED = /\.(partial|part|tmp|temp|incomplete|filepart|crdownload)$/i;
/** What Snapkeep calls the folders in which it keeps files: what is in them belongs to a snapshot. */
const OWN_FOLDER = /-\d{4}-\d{2}-\d{2}-\d{6}-[0-9a-z]{6}(?:-[0-9a-z]{6,12})?\.[A-Za-z0-9][\w-]{0,39}$/;
/** What many folders are full of and no backup of a database is called. */
const OTHER_KINDS =
  /\.(?:jpe?g|png|gif|webp|heic|svg|mp[34]|mkv|mov|avi|wav|flac|ogg|pdf|docx?|xlsx?|html?|css|[cm]?[jt]sx?|json|xml|ya?ml|md|txt|log|csv|ini|conf|sh|py|exe|dll|so|iso)$/i;

/** Looks into samples and answers what each shows, in their order. */
export type Judge = (samples: PackedSample[]) => Promise<BackupJudgement[]>;

/** A file that may be a backup by its name. */
interface Named {
  object: StoredObject;
  name: BackupName;
}

/** What lies at a destination: files with their paths, and folders that are kept as a whole. */
interface Found {
  files: StoredObject[];
  folders: string[];
  links: string[];
  own: string[];
  /** How many folders were looked into. */
  walked: number;
  more: boolean;
  /** Folders of other programs' repositories, which are not looked into. */
  repositories: ImportProblem[];
  /** Folders of replicas of Litestream. */
  replicas: string[];
}

/** What is found at a destination, with the folders of replicas of Litestream. */
export type BackupListing = Omit<FoundBackups, 'replicas'> & { readonly replicaFolders: readonly string[] };

/**
 * Reads what other programs have left at a destination: names, and the beginning and the end of each file. Nothing is changed.
 * @param known the snapshots that are entered already, by the path of their file
 * @param judge looks into samples, in a worker process
 * @throws SnapkeepError when the destination cannot be read
 */
export async function listBackups(
  driver: Destination,
  known: ReadonlyMap<string, string>,
  judge: Judge,
  signal: AbortSignal,
): Promise<BackupListing> {
  const found: Found = {
    ...{ files: [], folders: [], links: [], own: [], walked: 0, more: false },
    ...{ repositories: [], replicas: [] },
  };
  await walk(driver, '', 0, found, signal);
  const present = new Map(found.files.map(({ name, bytes }) => [name, bytes]));
  const listing: BackupListing = {
    location: driver.label,
    files: [],
    problems: found.repositories,
    replicaFolders: found.replicas,
    notes: notesOn(found),
  };
  const candidates = found.files.filter(
    ({ name }) => !name.endsWith(MANIFEST_SUFFIX) && !present.has(name + MANIFEST_SUFFIX) && !BESIDE.test(name),
  );
  const described = found.files.filter(({ name }) => present.has(name + MANIFEST_SUFFIX)).length;
  if (described > 0) listing.notes.push(`${countInWords(described, 'file')} with a Snapkeep manifest not listed here.`);
  const named: Named[] = [];
  for (const object of candidates) {
    const name = nameOf(object, present);
    if ('problem' in name) listing.problems.push(name);
    else named.push({ object, name });
  }
  for (let index = 0; index < named.length; index += JUDGED_AT_ONCE) {
    const some = named.slice(index, index + JUDGED_AT_ONCE);
    const judgements = await judge(await samplesOf(driver, some, signal));
    for (const [at, { object, name }] of some.entries()) {
      const read = describeFile(object, name, requireJudgement(judgements[at]), known.get(object.name) ?? null);
      if ('problem' in read) listing.problems.push(read);
      else listing.files.push(read);
    }
  }
  for (const path of found.folders) listing.files.push(folderEntry(path));
  listing.files.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : one.path < other.path ? -1 : 1));
  listing.problems.sort((one, other) => (one.path < other.path ? -1 : 1));
  return listing;
}

async function walk(
  driver: Destination,
  folder: string,
  depth: number,
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  const inFolder = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const before = found.files.length;
  found.walked += 1;
  for await (const object of objectsAt(driver, signal, folder)) {
    found.files.push({ ...object, name: inFolder(object.name) });
    found.more = found.files.length >= MOST_FILES;
    if (found.more) break;
  }
  const folders = await driver.folders(folder);
  const mayBeReplica = folders.some((name) => name === 'ltx' || levelOf('s3', name) !== null);
  if (mayBeReplica && (await recognizeReplica(driver, folder)) !== null) {
    found.files.length = before;
    found.replicas.push(folder);
    return;
  }
  if (isRepository(found, before, folder, folders)) return;
  if (depth === DEEPEST || found.more) return;
  for (const name of folders) {
    found.more ||= found.walked >= MOST_FOLDERS;
    if (found.more) return;
    const path = inFolder(name);
    const inside = readBackupName(`${path}/x`) ?? readBackupName(`${path}/x.db`);
    // A copy of a link to the newest backup repeats a file that is listed under its own name.
    if (inside?.link === true) found.links.push(path);
    else if (OWN_FOLDER.test(name)) found.own.push(path);
    else if (inside?.kind === 'folder') found.folders.push(path);
    else await walk(driver, path, depth + 1, found, signal);
  }
}

/** Whether a folder is the repository of another program, whose files are not listed: it is named instead. */
function isRepository(found: Found, before: number, folder: string, folders: string[]): boolean {
  const files = found.files.slice(before).map(({ name }) => name.split('/').at(-1) ?? name);
  const repository = thirdPartyRepository({ files, folders });
  if (repository === null) return false;
  found.files.length = before;
  const message = `${repository.message} ${repository.hint}`;
  found.repositories.push({ path: folder === '' ? '.' : folder, problem: 'unsupported', message });
  return true;
}

function notesOn({ links, own, more }: Found): string[] {
  const notes = links.map((path) => `Skipped ${path}: a link to the newest backup.`);
  if (own.length > 0)
    notes.push(`Skipped ${countInWords(own.length, 'folder')} with names of Snapkeep’s own file folders.`);
  return more
    ? [...notes, `More than ${MOST_FILES} files or ${MOST_FOLDERS} folders: only the first were checked.`]
    : notes;
}

/** What the name of a file says, or why it is not looked into. */
function nameOf({ name: path }: StoredObject, present: ReadonlyMap<string, number>): BackupName | ImportProblem {
  if (UNFINISHED.test(path)) return { path, problem: 'partial', message: 'It is incomplete, or still being written.' };
  if (!path.split('/').every(isName))
    return { path, problem: 'wrong-name', message: 'Skipped: its name is not valid for a stored file.' };
  const name = readBackupName(path) ?? (OTHER_KINDS.test(path) ? null : readAnyName(path));
  if (name === null) return notNamed(path);
  if ((present.get(`${path}-wal`) ?? 0) > 0 || (present.get(`${path}-journal`) ?? 0) > 0)
    return { path, problem: 'partial', message: 'It has a log beside it: it is in use, or not a finished backup.' };
  return name;
}

async function samplesOf(driver: Destination, files: readonly Named[], signal: AbortSignal): Promise<PackedSample[]> {
  const samples: PackedSample[] = [];
  for (let index = 0; index < files.length; index += AT_ONCE) {
    const some = files.slice(index, index + AT_ONCE);
    samples.push(...(await Promise.all(some.map(({ object }) => sampleOf(driver, object, signal)))));
    if (signal.aborted) throw cancelledError();
  }
  return samples;
}

/** The first and the last bytes of a file. */
async function sampleOf(
  driver: Destination,
  { name: path, bytes: sizeBytes }: StoredObject,
  signal: AbortSignal,
): Promise<PackedSample> {
  const part = async (bytes: number, fromEnd: boolean): Promise<string> => {
    const length = Math.min(bytes, sizeBytes);
    if (length === 0) return '';
    const range = { start: fromEnd ? sizeBytes - length : 0, bytes: length };
    return (await buffer(await driver.get(path, range, { signal }))).toString('base64');
  };
  return { sizeBytes, head: await part(SAMPLE.head, false), tail: await part(SAMPLE.tail, true) };
}

function requireJudgement(judgement: BackupJudgement | undefined): BackupJudgement {
  if (judgement !== undefined) return judgement;
  throw new SnapkeepError('INTERNAL', 'A file could not be checked.', { hint: 'Try again.' });
}
