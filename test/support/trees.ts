import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { INDEX_NAME } from '../../src-main/core/engine/attached-files/folder/folder-index.ts';

/** What is in a folder, by path: a text is a file, `null` a folder, and `→ x` a link to x. */
export type Tree = Record<string, string | null>;

/** Makes files that were last changed long ago, so that their times tell whether they change. */
export function makeTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    if (content === null) mkdirSync(full, { recursive: true });
    else if (content.startsWith('→ ')) symlinkSync(content.slice(2), full);
    else writeOld(full, content);
  }
}

let seconds = 1_700_000_000;

/** Writes a file with a time of its own, each a second later than the one before. */
export function writeOld(path: string, content: string | Buffer): void {
  writeFileSync(path, content);
  seconds += 1;
  utimesSync(path, seconds, seconds + 0.25);
}

/** Everything in a folder but an index, with modes and times, as it can be compared. */
export function readTree(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (path: string): void => {
    const full = join(folder, path);
    const stats = lstatSync(full, { bigint: true });
    const mode = (Number(stats.mode) & 0o7777).toString(8);
    const at = timeOf(stats.mtimeNs);
    if (stats.isSymbolicLink()) found[path] = `link to ${readlinkSync(full)}`;
    else if (stats.isDirectory()) {
      // The outermost folder of a snapshot is its owner's alone, whatever the source's was.
      found[path] = path === '' ? `folder ${at}` : `folder ${mode} ${at}`;
      for (const name of readdirSync(full)) if (join(path, name) !== INDEX_NAME) walk(join(path, name));
    } else found[path] = `file ${mode} ${at} ${readFileSync(full).toString('latin1')}`;
  };
  walk('');
  return found;
}

/** In seconds, as exactly as Node can set a time: finer than that, a copy may differ from its source. */
function timeOf(mtimeNs: bigint): number {
  const digits = String(mtimeNs).padStart(10, '0');
  return Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`);
}

/** What folders take of the disk together, each file once. */
export function bytesOnDisk(folders: readonly string[]): number {
  const all = folders.flatMap((folder) => [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((inside) => join(folder, inside)),
  ]);
  const blocks = new Map(all.map((path) => lstatSync(path)).map(({ ino, blocks }) => [ino, blocks]));
  return [...blocks.values()].reduce((sum, each) => sum + each, 0) * 512;
}
