import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { contentOfKind, DATABASE_KINDS, type DatabaseKind } from '../support/database-kinds.ts';
import { makeDatabase } from '../support/databases.ts';
import { expectNothingLeft, type Scene, setScene } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

const METHODS = ['online', 'compact', 'dump'] as const;
const FORMATS = ['gz', 'zst', 'none'] as const;

/** An ordinary database, which each restore replaces and each undo brings back. A restore in place keeps its mode. */
const ordinaryFor = ({ what }: DatabaseKind): DatabaseKind => ({
  what: 'ordinary',
  make: (path) =>
    makeDatabase(path, { rows: 10, journalMode: /WAL|encrypted/.test(what) ? 'wal' : 'delete', pageSize: 1024 }),
});

const counts = { combinations: 0, equal: 0, refused: 0 };

/** Each format meets each method, with another kind each time. */
const formatFor = (kind: number, method: number): (typeof FORMATS)[number] =>
  FORMATS[(kind + method) % FORMATS.length] ?? 'gz';

async function setKind(kind: DatabaseKind): Promise<Scene & { target: string }> {
  const scene = await setScene({ plan: { verifyAfterBackup: false } });
  rmSync(scene.source);
  kind.make(scene.source);
  if (kind.key !== undefined)
    await scene.core.call('plans.update', { planId: scene.plan.id, key: { value: kind.key } });
  return { ...scene, target: join(scene.folder, 'target.db') };
}

/** Backs up, verifies, restores over another database, compares and undoes. Returns whether it was refused. */
async function goThrough(
  scene: Scene & { target: string },
  kind: DatabaseKind,
  method: (typeof METHODS)[number],
  compression: (typeof FORMATS)[number],
): Promise<boolean> {
  const { core, plan, source, destination, target } = scene;
  const planId = plan.id;
  const stored = () => readdirSync(destination).filter((name) => !name.startsWith('.'));
  const before = stored();
  const refusal = kind.refused?.[method];
  try {
    await core.call('plans.update', { planId, method, compression });
  } catch (error) {
    expect(error).toMatchObject({ code: refusal?.code, message: expect.stringMatching(refusal?.message ?? /^$/) });
    return true;
  }
  const backup = await runToEnd(core, 'backups.start', { planId });
  if (backup.state !== 'succeeded') {
    const expected =
      refusal ?? (kind.needsProgram && method !== 'online' ? { code: 'UNSUPPORTED', message: /./ } : null);
    expect(expected, `${method}: ${backup.error?.code} ${backup.error?.message}`).not.toBeNull();
    expect(backup.error?.code).toBe(expected?.code);
    expect(backup.error?.message).toMatch(expected?.message ?? /^$/);
    expect(stored()).toEqual(before);
    return true;
  }
  const snapshotId = backup.snapshotId ?? '';
  expect((await core.call('snapshots.list', { planId })).map(({ id }) => id)).toContain(snapshotId);
  const { result } = await succeed(core, 'verifications.start', { snapshotId });
  expect(result?.kind === 'verify' && result.verification).toMatchObject({ valid: true, stored: 'same' });

  const ordinary = ordinaryFor(kind);
  ordinary.make(target);
  const replaced = contentOfKind(ordinary, target);
  const check = await succeed(core, 'restores.check', { source: { snapshotId }, targetPath: target });
  const confirmation = check.result?.kind === 'restore-check' ? check.result.check.confirmation : '';
  const restored = await succeed(core, 'restores.start', { checkRunId: check.id, confirmation, force: true });
  const [now, was] = [contentOfKind(kind, target), contentOfKind(kind, source)];
  for (const part of kind.changed?.[method] ?? []) {
    delete (now as Partial<typeof now>)[part];
    delete (was as Partial<typeof was>)[part];
  }
  if (!kind.needsProgram || method === 'online') expect(now, method).toEqual(was);
  await succeed(core, 'restores.undo', { runId: restored.id });
  expect(contentOfKind(ordinary, target)).toEqual(replaced);
  rmSync(target);
  return false;
}

describe('every method stores and restores each kind of database as it was, or refuses before anything is stored', () => {
  test.each(DATABASE_KINDS.map((kind, index) => ({ kind, index, what: kind.what })))(
    '$what',
    async ({ kind, index }) => {
      const scene = await setKind(kind);
      for (const [place, method] of METHODS.entries()) {
        counts.combinations += 1;
        const refused = await goThrough(scene, kind, method, formatFor(index, place));
        counts[refused ? 'refused' : 'equal'] += 1;
      }
      expectNothingLeft(scene);
    },
  );
});

afterAll(() => {
  const { combinations, equal, refused } = counts;
  process.stdout.write(
    `${DATABASE_KINDS.length} kinds, ${combinations} combinations, ${equal} equal, ${refused} refused as designed\n`,
  );
});
