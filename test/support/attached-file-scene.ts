import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyFolder } from '../../src-main/core/engine/attached-files/folder/copy-folder.ts';
import type { SystemCalls } from '../../src-main/core/engine/attached-files/system-calls.ts';
import type { TaskContext } from '../../src-main/core/engine/task-context.ts';
import { quietContext } from './quiet-context.ts';
import { temporaryFolder } from './temp-folder.ts';
import { makeTree, type Tree } from './trees.ts';

/** A folder with some files, a place for its snapshots, and a clock that goes on by a day for each. */
export class AttachedFileScene {
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
      letters: 'k3f9qa0123456789ab',
      exclude: [] as string[],
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

  take(more: Partial<AttachedFileScene['request']> = {}, calls?: SystemCalls, context: Partial<TaskContext> = {}) {
    return copyFolder({ ...this.request, ...more }, this.context(context), calls);
  }

  /** What is seen in the destination. */
  names(): string[] {
    return readdirSync(this.destination).sort();
  }
}
