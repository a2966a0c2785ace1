import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Scene, setScene } from '../support/scene.ts';
import type { Given } from './cases/case.ts';

describe('a plan of files', () => {
  const files = ({ source, destination }: Pick<Scene, 'source' | 'destination'>) => ({
    name: 'Files',
    sourceKind: 'files' as const,
    sourcePath: '/anything',
    destinations: [{ path: destination }],
    attachedFiles: [{ name: 'app', path: source, kind: 'file' as const }],
  });

  test('has the path of its first attached file, also when its attached files change', async () => {
    const scene = await setScene();
    const { core, source, destination } = scene;
    const plan = await core.call('plans.create', files(scene));
    expect(plan).toMatchObject({ sourceKind: 'files', sourcePath: source });
    const attachedFiles = [{ name: 'kept', path: destination, kind: 'folder' as const }];
    const updated = await core.call('plans.update', { planId: plan.id, attachedFiles });
    expect(updated).toMatchObject({ sourceKind: 'files', sourcePath: destination });
    await expect(core.call('plans.update', { planId: plan.id, attachedFiles: [] })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      hint: expect.stringContaining('at least one'),
    });
    expect((await core.call('plans.get', { planId: plan.id })).plan).toEqual(updated);
  });

  const onChange = { kind: 'on-change' as const, quietMinutes: 5, atLatestMinutes: 60 };
  const check = { name: 'any', sql: 'SELECT 1', operator: '=' as const, value: '1' };
  const refused: [string, Given][] = [
    ['no attached file', { attachedFiles: [] }],
    ['a key', { key: { value: 'a key' } }],
    ['a method', { method: 'dump' }],
    ['a question for the version', { schemaVersion: { sql: 'SELECT 1' } }],
    ['lock files', { lockFiles: ['app.lock'] }],
    ['checks in SQL', { restoreTest: { schedule: { kind: 'manual' }, withinDays: null, checks: [check] } }],
  ];
  test.each(refused)('with %s is refused, made or changed', async (_what, wrong) => {
    const scene = await setScene();
    const { core } = scene;
    const error = { code: 'INVALID_PARAMS', message: expect.stringMatching(/^Files /), hint: expect.any(String) };
    const newPlace = join(scene.folder, 'new place');
    const create = { ...files(scene), ...wrong, destinations: [{ path: newPlace }] };
    expect(await core.answer('plans.create', create)).toMatchObject({ ok: false, error });
    expect(existsSync(newPlace)).toBe(false);
    const { id: planId } = await core.call('plans.create', files(scene));
    expect(await core.answer('plans.update', { planId, ...wrong })).toMatchObject({ ok: false, error });
  });

  test('of images alone follows no changes; with a method, a backup of it is refused', async () => {
    const scene = await setScene();
    const { core, source } = scene;
    const attachedFiles = [{ name: 'card', path: source, kind: 'image' as const }];
    await expect(
      core.call('plans.create', { ...files(scene), attachedFiles, schedule: onChange }),
    ).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining('images'),
    });
    const { id: planId } = await core.call('plans.create', { ...files(scene), schedule: onChange });
    await expect(core.call('plans.update', { planId, attachedFiles })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
    await expect(core.call('backups.start', { planId, method: 'compact' })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });
});
