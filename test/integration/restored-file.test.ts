import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Run } from '../../src-shared/model/run.ts';
import { countEntries, integrityOf } from '../support/databases.ts';
import { setRestoreScene } from '../support/restore-scene.ts';
import { expectNothingLeft, onPhase, prepareRestore, type Scene } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

/** A checked restore of 100 rows to a path where nothing is, and its staged file. */
async function checkedRestore(to?: string): Promise<{
  scene: Scene;
  target: string;
  staged: string;
  restore: () => Promise<Run>;
}> {
  const scene = await setRestoreScene('wal');
  const target = to ?? join(scene.folder, 'restored.db');
  const { start } = await prepareRestore(scene.core, scene.snapshotPath, target);
  const staged = join(scene.home, 'staging', start.checkRunId, 'verified.db');
  return { scene, target, staged, restore: () => succeed(scene.core, 'restores.start', start) };
}

/** Spoils the last page of a file. */
function spoil(path: string): void {
  const content = readFileSync(path);
  content.subarray(-4096).fill(255);
  writeFileSync(path, content);
}

const logOf = async ({ core }: Scene, { id }: Run): Promise<string> =>
  (await core.call('runs.get', { runId: id })).log.map(({ message }) => message).join('\n');
const noteOf = ({ result }: Run): string | null => (result?.kind === 'restore' ? result.note : null);

describe('a restore to a new path', () => {
  test('puts the very file there that was checked, under no other name', async () => {
    const { scene, target, staged, restore } = await checkedRestore();
    const { ino } = statSync(staged);
    const run = await restore();
    expect(statSync(target)).toMatchObject({ ino, nlink: 1 });
    expect(await logOf(scene, run)).toContain('restored.db is the file that was checked: 2 tables, 102 rows.');
    expect(run.result).toMatchObject({ kind: 'restore', tables: 2, rows: 102, note: null });
    expect([countEntries(target), integrityOf(target)]).toEqual([100, 'ok']);
    expectNothingLeft(scene);
  });

  test('checks a file again that was written to since it was checked, and tells what it finds', async () => {
    const { staged, restore } = await checkedRestore();
    spoil(staged);
    expect(noteOf(await restore())).toMatch(/restored\.db is damaged|could not be checked/);
  });

  test('checks it again where a program has written to a log beside it', async () => {
    const { scene, target, restore } = await checkedRestore();
    onPhase(scene.core, 'restore', 'replacing', () => writeFileSync(`${target}-wal`, ''));
    expect(await logOf(scene, await restore())).toContain('Checked restored.db: 2 tables, 102 rows.');
  });

  test.skipIf(!existsSync('/dev/shm'))('copies it to another disk, and checks the copy', async () => {
    const elsewhere = mkdtempSync('/dev/shm/snapkeep-');
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    const { scene, target, staged, restore } = await checkedRestore(join(elsewhere, 'restored.db'));
    expect(statSync(elsewhere).dev).not.toBe(statSync(staged).dev);
    expect(await logOf(scene, await restore())).toContain('Checked restored.db: 2 tables, 102 rows.');
    expect(countEntries(target)).toBe(100);
    expectNothingLeft(scene);
  });

  test('can be tried again after something has come in its way', async () => {
    const { scene, target, staged, restore } = await checkedRestore();
    const { ino } = statSync(staged);
    onPhase(scene.core, 'restore', 'replacing', () => writeFileSync(target, 'a file of somebody else'));
    await expect(restore()).rejects.toThrow(target);
    expect(readFileSync(target, 'utf8')).toBe('a file of somebody else');
    expect(statSync(staged)).toMatchObject({ ino, nlink: 1 });
    rmSync(target);
    expect(noteOf(await restore())).toBe(null);
    expect(statSync(target)).toMatchObject({ ino, nlink: 1 });
  });
});
