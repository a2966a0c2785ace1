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
import { copyFolder } from '../../src-main/core/engine/companions/copy-folder.ts';
import { INDEX_NAME } from '../../src-main/core/engine/companions/folder-index.ts';
import type { SystemCalls } from '../../src-main/core/engine/companions/system-calls.ts';
import type { TaskContext } from '../../src-main/core/engine/task-context.ts';
import { quietContext } from './quiet-context.ts';
import { temporaryFolder } from './temp-folder.ts';

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
    const stats = lstatSync(full);
    const mode = (stats.mode & 0o7777).toString(8);
    const at = stats.mtime.toISOString();
    if (stats.isSymbolicLink()) found[path] = `link to ${readlinkSync(full)}`;
    else if (stats.isDirectory()) {
      found[path] = `folder ${mode} ${at}`;
      for (const name of readdirSync(full)) if (join(path, name) !== INDEX_NAME) walk(join(path, name));
    } else found[path] = `file ${mode} ${at} ${readFileSync(full).toString('latin1')}`;
  };
  walk('');
  return found;
}

/** A folder with some files, a place for its snapshots, and a clock that goes on by a day for each. */
export class CompanionScene {
  readonly folder = temporaryFolder();
  readonly source = join(this.folder, 'generated');
  readonly destination = join(this.folder, 'backups');
  readonly staging = join(this.folder, 'staging');
  readonly log: string[] = [];
  #day = 0;

  constructor(tree: Tree = { 'a.wav': 'first', 'b.wav': 'second', 'deep/er/c.wav': 'third', empty: null }) {
    makeTree(this.source, tree);
    mkdirSync(this.destination);
    mkdirSync(this.staging);
  }

  get request() {
    return {
      runId: '0123abcd-0000-4000-8000-000000000000',
      sourcePath: this.source,
      destination: this.destination,
      name: 'generated',
      ending: '',
      exclude: [] as string[],
      compareContent: false,
      latestName: 'latest',
    };
  }

  context(more: Partial<TaskContext> = {}): TaskContext {
    return quietContext(this.staging, {
      now: () => new Date(Date.UTC(2026, 0, 1, 3, 0, 0) + this.#day++ * 86_400_000),
      log: (_level, message) => this.log.push(message),
      ...more,
    });
  }

  take(more: Partial<CompanionScene['request']> = {}, calls?: SystemCalls, context: Partial<TaskContext> = {}) {
    return copyFolder({ ...this.request, ...more }, this.context(context), calls);
  }

  /** What is seen in the destination. */
  names(): string[] {
    return readdirSync(this.destination).sort();
  }
}
