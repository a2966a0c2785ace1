import { chmodSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addedBytes } from '../../../src-main/core/engine/attached-files/added-bytes.ts';
import type { CopiedFolder } from '../../../src-main/core/engine/attached-files/folder/copy-folder.ts';
import { removeFolderSnapshot } from '../../../src-main/core/engine/attached-files/folder/folder-snapshots.ts';
import { restoreFolder } from '../../../src-main/core/engine/attached-files/folder/restore-folder.ts';
import { verifyFolder } from '../../../src-main/core/engine/attached-files/folder/verify-folder.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';
import { bytesOnDisk, readTree, writeOld } from '../../support/trees.ts';

const RUN = 'beef0000-0000-4000-8000-000000000000';

/** Few names and contents, so that they meet again and again. */
const path = fc.constantFrom('a', 'b', 'deep', 'deep/a', 'deep/b', 'deep/er', 'deep/er/a');
const content = fc.constantFrom('', 'one', 'two', 'three');

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), path, content }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mode' as const), path, content }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('folder' as const), path, content }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), path, content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), path, content }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('snapshot' as const), path, content }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), path, content }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), path, content }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Makes room for something at a path: what is in the way goes. */
function clear(root: string, at: string): string {
  let full = root;
  for (const name of dirname(at) === '.' ? [] : dirname(at).split('/')) {
    full = join(full, name);
    if (lstatSync(full, { throwIfNoEntry: false })?.isDirectory()) continue;
    rmSync(full, { force: true });
    mkdirSync(full);
  }
  rmSync(join(root, at), { recursive: true, force: true });
  return join(root, at);
}

class Model {
  readonly scene = new AttachedFileScene({});
  readonly kept = new Map<string, { stored: CopiedFolder; tree: Record<string, string> }>();

  async play({ do: what, path: at, content: text }: Step): Promise<void> {
    const { source } = this.scene;
    if (what === 'write') writeOld(clear(source, at), text);
    else if (what === 'folder') mkdirSync(clear(source, at));
    else if (what === 'link') symlinkSync(`to ${text}`, clear(source, at));
    else if (what === 'delete') rmSync(clear(source, at), { force: true });
    else if (what === 'mode') this.#changeMode(join(source, at), text.length);
    else if (what === 'snapshot') await this.#take();
    else if (what === 'remove') await this.#remove(text.length);
    else await this.#restore(text.length);
  }

  #changeMode(full: string, by: number): void {
    try {
      chmodSync(full, 0o700 + by);
    } catch {
      // Nothing is there, or a link to nothing.
    }
  }

  async #take(): Promise<void> {
    const stored = await this.scene.take();
    expect(stored.facts.whole).toBe(true);
    this.kept.set(stored.name, { stored, tree: readTree(this.scene.source) });
  }

  async #remove(which: number): Promise<void> {
    const name = [...this.kept.keys()][which % Math.max(1, this.kept.size)];
    if (name === undefined) return;
    await removeFolderSnapshot(this.scene.destination, name, 'latest', RUN);
    this.kept.delete(name);
  }

  async #restore(which: number): Promise<void> {
    const chosen = [...this.kept.values()][which % Math.max(1, this.kept.size)];
    if (chosen === undefined) return;
    const { undoRecord } = await this.restoreTo(chosen.stored, this.scene.source);
    if (undoRecord.keptPath !== null) rmSync(undoRecord.keptPath, { recursive: true });
  }

  restoreTo({ path: stored }: CopiedFolder, targetFolder: string) {
    const request = { runId: RUN, stored: { kind: 'folder' as const, path: stored }, part: '', targetFolder };
    return restoreFolder(request, this.scene.context(), async () => {});
  }
}

test('whatever happens to a folder, each snapshot gives back what was there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const model = new Model();
      for (const next of steps) await model.play(next);
      const { scene, kept } = model;
      expect(scene.names().filter((name) => name !== 'latest')).toEqual([...kept.keys()].sort());
      for (const { stored, tree } of kept.values()) {
        expect(readTree(stored.path)).toEqual(tree);
        expect((await verifyFolder(stored.path, scene.context())).damage).toEqual([]);
        const back = join(scene.folder, `back-${stored.name}`);
        await model.restoreTo(stored, back);
        expect(readTree(back)).toEqual(tree);
      }
      const paths = [...kept.values()].map(({ stored }) => stored.path);
      for (const path of paths) {
        const others = paths.filter((other) => other !== path);
        expect(await addedBytes(path, () => {})).toBe(bytesOnDisk(paths) - bytesOnDisk(others));
      }
    }),
    { numRuns: 25 },
  );
});
