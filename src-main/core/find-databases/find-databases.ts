import { lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { sep } from 'node:path';
import type { FindReport } from '../../../src-shared/model/found-database.ts';
import { containerFolders } from '../../platform/container-folders.ts';
import { dataFolders } from '../../platform/data-folders.ts';
import { identityOf } from '../../platform/file-identity.ts';
import { type UnreadMount, unreadMounts } from '../../platform/mounts.ts';
import { type OpenFile, openFiles } from '../../platform/open-files.ts';
import { onDisk } from '../engine/files/byte-names.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { TemplatePlace } from '../templates/templates.ts';
import { type FindLimits, FolderWalk, USUAL_LIMITS } from './folder-walk.ts';
import { FoundFiles, type IdentifiedFile, noteUnreadable } from './found-files.ts';

/** What is to be searched. */
export interface FindRequest {
  /** Canonical paths; `null`: the folders where programs keep data. */
  folders: string[] | null;
  /** Canonical paths of what holds Snapkeep’s own data and snapshots. */
  exclude: string[];
  templates: TemplatePlace[];
}

/** What a search has found, and what it has read and skipped. */
export interface FindResult {
  databases: IdentifiedFile[];
  report: FindReport;
}

/** The machine as a search sees it. */
export interface SearchedMachine {
  readonly home: string;
  /** Where programs keep data, the likeliest first. */
  readonly folders: readonly string[];
  readonly remote: readonly string[];
  /** Where a file that is open says nothing of data that is kept. */
  readonly temporary: readonly string[];
  readonly mounts: ReadonlyMap<string, UnreadMount>;
  containerFolders(): Promise<readonly string[]>;
  openFiles(isUnread: (path: string) => boolean): Promise<readonly OpenFile[]>;
}

/** This machine. */
async function thisMachine(): Promise<SearchedMachine> {
  const home = homedir();
  return {
    home,
    ...dataFolders({ home, environment: process.env }),
    mounts: await unreadMounts(),
    containerFolders,
    openFiles,
  };
}

/**
 * Searches folders for databases by the first bytes of each file: nothing is opened for writing, nor through SQLite.
 * @throws SnapkeepError `CANCELLED`
 */
export async function findDatabases(
  request: FindRequest,
  context: TaskContext,
  machine?: SearchedMachine,
  limits: FindLimits = USUAL_LIMITS,
): Promise<FindResult> {
  return new Search(request, context, machine ?? (await thisMachine()), limits).work();
}

/** The report of a search that has read nothing yet. */
export function emptyReport(): FindReport {
  return {
    folders: null,
    filesRead: 0,
    foldersRead: 0,
    skipped: { unreadable: 0, special: 0, links: 0, networkMounts: 0, virtualMounts: 0, byRule: 0 },
    limits: [],
  };
}

class Search {
  readonly #request: FindRequest;
  readonly #context: TaskContext;
  readonly #machine: SearchedMachine;
  readonly #report: FindReport;
  readonly #found: FoundFiles;
  readonly #walk: FolderWalk;
  readonly #unreadFolders: ReadonlySet<string>;

  constructor(request: FindRequest, context: TaskContext, machine: SearchedMachine, limits: FindLimits) {
    this.#request = request;
    this.#context = context;
    this.#machine = machine;
    this.#report = { ...emptyReport(), folders: request.folders };
    this.#found = new FoundFiles(this.#report, request.templates, machine.home);
    this.#unreadFolders = new Set([...request.exclude, ...machine.remote]);
    this.#walk = new FolderWalk(
      { report: this.#report, unread: { mounts: machine.mounts, folders: this.#unreadFolders }, limits },
      context,
      (path) => this.#found.look(path),
      () => this.#found.isFull,
    );
  }

  async work(): Promise<FindResult> {
    this.#context.progress('finding', 0, null);
    const { folders } = this.#request;
    for (const folder of folders ?? this.#machine.folders) await this.#search(folder, folders !== null);
    if (folders === null) {
      for (const { path } of this.#request.templates) await this.#search(path);
      for (const path of await this.#machine.containerFolders()) await this.#search(path);
    }
    await this.#noteOpenFiles();
    return { databases: this.#found.all(), report: this.#report };
  }

  /** @param asked a person has named it: then it may be on a share */
  async #search(path: string, asked = false): Promise<void> {
    if (this.#isExcluded(path) || (!asked && this.#isUnread(path))) return;
    try {
      const real = path.isWellFormed() ? realpathSync(path) : path;
      if (real !== path && !asked && this.#isUnread(real)) return;
      const info = lstatSync(onDisk(real));
      if (info.isDirectory()) await this.#walk.walk(real);
      else if (info.isFile()) this.#found.look(real);
    } catch (error) {
      noteUnreadable(this.#report, error);
    }
  }

  /** Notes who has what open, and looks at what is open elsewhere: some programs keep data where nobody would search. */
  async #noteOpenFiles(): Promise<void> {
    const open = await this.#machine.openFiles((path) => this.#mountOf(path) !== undefined);
    this.#context.throwIfCancelled();
    for (const { path, identity, holder } of open) {
      if (this.#request.folders === null && path !== null && this.#isHere(path, identity)) this.#found.look(path);
      const own = identity ?? identityAt(path);
      if (own !== null) this.#found.noteHolder(own, holder);
    }
  }

  /** Whether a program and this process mean the same file by a path: one in a container may not. */
  #isHere(path: string, identity: string | null): boolean {
    if (this.#isExcluded(path) || isInAny(this.#machine.temporary, path)) return false;
    if (/-(wal|shm|journal)$/.test(path)) return false;
    return identity === null || identityAt(path) === identity;
  }

  #isExcluded(path: string): boolean {
    return isInAny([...this.#unreadFolders], path);
  }

  /** Whether a path must not be touched, which is counted. */
  #isUnread(path: string): boolean {
    const mount = this.#mountOf(path);
    if (mount !== undefined) this.#report.skipped[mount === 'network' ? 'networkMounts' : 'virtualMounts'] += 1;
    return mount !== undefined;
  }

  /** Why a path must not be touched. */
  #mountOf(path: string): UnreadMount | undefined {
    const { mounts } = this.#machine;
    if (mounts.size === 0) return undefined;
    for (let end = path.length; end > 0; end = path.lastIndexOf(sep, end - 1)) {
      const mount = mounts.get(path.slice(0, end));
      if (mount !== undefined) return mount;
    }
    return undefined;
  }
}

const isInAny = (folders: readonly string[], path: string): boolean =>
  folders.some((folder) => path === folder || path.startsWith(folder + sep));

/** The identity of the file at a path; `null`: there is none, or it cannot be told. */
function identityAt(path: string | null): string | null {
  if (path === null) return null;
  try {
    return identityOf(lstatSync(onDisk(path), { bigint: true }));
  } catch {
    return null;
  }
}
