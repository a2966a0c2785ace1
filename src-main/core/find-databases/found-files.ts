import { lstatSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import type { FindReport, FoundFile } from '../../../src-shared/model/found-database.ts';
import type { FileHolder } from '../../../src-shared/model/values.ts';
import { looksRandom, mayBeEncrypted } from '../../../src-shared/rules/find/encrypted-start.ts';
import { foldedAs } from '../../../src-shared/rules/find/folded-databases.ts';
import { programOf, programOfHolder } from '../../../src-shared/rules/find/program-names.ts';
import { identityOf } from '../../platform/file-identity.ts';
import { errorCode } from '../engine/engine-errors.ts';
import { onDisk } from '../engine/files/byte-names.ts';
import { sidecarPaths } from '../engine/files/durable-files.ts';
import { hasPlaintextHeader } from '../engine/identify/database-header.ts';
import type { TemplatePlace } from '../templates/templates.ts';
import { readStart, START_BYTES } from './read-start.ts';

/** A found database, and what tells it from others whatever it is called: its device and inode. */
export type IdentifiedFile = FoundFile & { identity: string };

/** No smaller file is a database. */
const SMALLEST = 512;
/** So many are remembered: more would be a list that nobody reads. */
const MOST_FOUND = 2000;
const MOST_HOLDERS = 20;
/** The last instant that is written with a year of four digits. */
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');
const MANIFEST = '.manifest.json';

/** The databases that a search has found so far, each file once, whatever names it has. */
export class FoundFiles {
  readonly #byIdentity = new Map<string, IdentifiedFile>();
  readonly #report: FindReport;
  readonly #templates: ReadonlyMap<string, TemplatePlace>;
  readonly #home: string;
  readonly #buffer = Buffer.alloc(START_BYTES);

  constructor(report: FindReport, templates: readonly TemplatePlace[], home: string) {
    this.#report = report;
    this.#templates = new Map(templates.map((place) => [place.path, place]));
    this.#home = home;
  }

  /** All of them. */
  all(): IdentifiedFile[] {
    return [...this.#byIdentity.values()];
  }

  get isFull(): boolean {
    return this.#byIdentity.size >= MOST_FOUND;
  }

  /** Reads the first bytes of a file and remembers it if it is a database. What has vanished meanwhile is passed over. */
  look(path: string): void {
    this.#report.filesRead += 1;
    try {
      const info = lstatSync(onDisk(path));
      if (!info.isFile() || info.size < SMALLEST) return;
      const encryption = this.#encryptionOf(path, info);
      // A snapshot that Snapkeep has stored uncompressed is no database of a program.
      if (encryption !== null && infoOf(path + MANIFEST) === null) this.#add(path, encryption);
    } catch (error) {
      noteUnreadable(this.#report, error);
    }
  }

  /** Notes which program has a file open, if it is a found database. */
  noteHolder(identity: string, holder: FileHolder): void {
    const found = this.#byIdentity.get(identity);
    if (found === undefined || found.openBy.length >= MOST_HOLDERS) return;
    if (!found.openBy.some(({ pid }) => pid === holder.pid)) found.openBy.push(holder);
    found.program ??= programOfHolder(holder.name);
  }

  /** Returns how a file is encrypted; `null`: it is no database. */
  #encryptionOf(path: string, { size }: Stats): FoundFile['encryption'] | null {
    const start = readStart(path, this.#buffer);
    if (hasPlaintextHeader(start)) return 'none';
    if (!looksRandom(size, start)) return null;
    const hasLog = (infoOf(sidecarPaths(path).wal)?.size ?? 0) > 0;
    const expected = this.#templates.get(path)?.encrypted === true;
    return mayBeEncrypted({ name: basename(path), sizeBytes: size, start, hasLog, expected }) ? 'possible' : null;
  }

  #add(path: string, encryption: FoundFile['encryption']): void {
    const info = lstatSync(onDisk(path), { bigint: true });
    const identity = identityOf(info);
    const log = infoOf(sidecarPaths(path).wal);
    const known = this.#byIdentity.get(identity);
    // Of several names the one with a log is the one that is in use.
    if (known !== undefined && (known.walBytes > 0 || log === null)) return;
    const template = this.#templates.get(path);
    this.#byIdentity.set(identity, {
      path,
      identity,
      program: template?.program ?? programOf(path),
      sizeBytes: Number(info.size),
      walBytes: log?.size ?? 0,
      modifiedAt: instantOf(Math.max(Number(info.mtimeMs), log?.mtimeMs ?? 0)),
      encryption,
      openBy: known?.openBy ?? [],
      foldedAs: template === undefined ? foldedAs(path, this.#home) : null,
      templateId: template?.templateId ?? null,
    });
  }
}

/** What says that a file or folder has vanished, or another thing has taken its place. */
const GONE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];

/** Counts a file or folder that cannot be read; one that has vanished meanwhile does not count. Throws all other errors. */
export function noteUnreadable({ skipped }: FindReport, error: unknown): void {
  if (!(error instanceof Error) || !('syscall' in error)) throw error;
  if (!GONE.includes(errorCode(error) ?? '')) skipped.unreadable += 1;
}

/** What a file is; `null`: there is none, or it cannot be told. */
function infoOf(path: string): Stats | null {
  try {
    return lstatSync(onDisk(path));
  } catch {
    return null;
  }
}

/** A date that the file system tells; `null`: not a plausible one. */
function instantOf(milliseconds: number): string | null {
  return milliseconds > 0 && milliseconds <= LAST_INSTANT ? new Date(milliseconds).toISOString() : null;
}
