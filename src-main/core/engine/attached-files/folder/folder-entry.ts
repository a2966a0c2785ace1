import { z } from 'zod';
import { Bytes, Instant, Sha256 } from '../../../../../src-shared/model/values.ts';
import { restoredMode } from '../../files/file-rights.ts';

/** Nanoseconds since 1970 as a decimal number, which no JSON number could hold. */
const Nanoseconds = z.string().regex(/^-?\d+$/);

const Owned = {
  /** Relative to the folder, parts joined by `/`; empty for the folder itself. */
  path: z.string(),
  mtime: Nanoseconds,
  uid: z.number().int(),
  gid: z.number().int(),
};

export const FileEntry = z.object({
  type: z.literal('file'),
  ...Owned,
  mode: z.number().int().min(0).max(0o7777),
  size: Bytes,
  sha256: Sha256,
  /** What the stored file says where that is not the `mtime` of the source: not every system takes nanoseconds. */
  keptMtime: Nanoseconds.optional(),
  /** It was written so shortly before it was read that its time could not tell a later change. */
  fresh: z.literal(true).optional(),
});
export type FileEntry = z.infer<typeof FileEntry>;

const FolderEntry = z.object({ type: z.literal('folder'), ...Owned, mode: z.number().int().min(0).max(0o7777) });
export type FolderEntry = z.infer<typeof FolderEntry>;

const LinkEntry = z.object({ type: z.literal('link'), ...Owned, target: z.string() });
export type LinkEntry = z.infer<typeof LinkEntry>;

/** One thing in a snapshot of a folder. A link is a symbolic one, stored as it is. */
export const Entry = z.discriminatedUnion('type', [FileEntry, FolderEntry, LinkEntry]);
export type Entry = z.infer<typeof Entry>;

/** Something that is not in a snapshot, and why. */
export const LeftOut = z.object({ path: z.string(), reason: z.string() });
export type LeftOut = z.infer<typeof LeftOut>;

/** What a snapshot of a folder or of a single file is. */
export const SnapshotFacts = z.object({
  id: z.uuid(),
  /** What its dated name begins with. */
  stem: z.string(),
  source: z.string(),
  createdAt: Instant,
  /** Everything that was to be stored is in it. */
  whole: z.boolean(),
  files: z.number().int().nonnegative(),
  folders: z.number().int().nonnegative(),
  links: z.number().int().nonnegative(),
  /** The sizes of all its files. */
  bytes: Bytes,
  exclude: z.array(z.string()),
  /** What cannot be stored and needs not be: sockets, pipes, devices, the folder of the snapshots itself. */
  skipped: z.array(LeftOut),
  /** What should be in it and is not. Empty when it is whole. */
  problems: z.array(LeftOut),
});
export type SnapshotFacts = z.infer<typeof SnapshotFacts>;

/** Returns a time in nanoseconds as seconds with nine digits after the point, as pax headers have it. */
export function decimalSeconds(nanoseconds: string): string {
  const sign = nanoseconds.startsWith('-') ? '-' : '';
  const digits = nanoseconds.slice(sign.length).padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** When the stored file of an entry was last changed, as its file system says. */
export function keptMtime(entry: FileEntry): string {
  return entry.keptMtime ?? entry.mtime;
}

/** What a restore makes of an entry: files lose the bits that would lend another user's rights to a program. */
export function restoredEntry<T extends { type: Entry['type']; mode?: number }>(entry: T): T {
  return entry.type === 'file' && entry.mode !== undefined ? { ...entry, mode: restoredMode(entry.mode) } : entry;
}

/** Whether a path is a part of a folder or lies in it; everything is in the part with the empty name. */
export function isInPart(path: string, part: string): boolean {
  return part === '' || path === part || path.startsWith(`${part}/`);
}

/** Orders folders before what is in them, and everything else by name. */
export function byPath(a: { path: string }, b: { path: string }): number {
  const [left, right] = [a.path.split('/'), b.path.split('/')];
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [one = '', other = ''] = [left[at], right[at]];
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
