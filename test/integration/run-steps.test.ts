import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { RunKind, RunPhase } from '../../src-shared/model/run.ts';
import { runShare } from '../../src-shared/rules/run-share.ts';
import { folderAt, save, settle, storeTo } from '../support/places.ts';
import { confirmed, orderOf, setPutBackScene } from '../support/put-back-scene.ts';
import { restore, takeBackup } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

interface FollowedRun {
  kind: RunKind;
  told: Array<{ phase: RunPhase; share: number | null }>;
}

/** What the window is told of each run: its phases and shares, in order. */
function follow(core: Core): Map<string, FollowedRun> {
  const runs = new Map<string, FollowedRun>();
  core.on('run.changed', ({ run: { id, kind, progress } }) => {
    const { told } = runs.get(id) ?? { told: [] as FollowedRun['told'][number][] };
    if (progress.phase !== 'waiting') told.push({ phase: progress.phase, share: runShare({ kind, progress }) });
    runs.set(id, { kind, told });
  });
  return runs;
}

test('whatever a run does, its bar rises, knows each phase, and is full only in the last', {
  timeout: 180_000,
}, async () => {
  const scene = await setPutBackScene('DELETE FROM entries WHERE id <= 20', { rows: 3000 });
  const { core, plan, snapshot, folder, source } = scene;
  const runs = follow(core);
  const snapshotId = snapshot.id;

  // Two folders hold it, so that both trashes do; the newest cannot be deleted.
  const second = await save(core, folderAt(join(folder, 'second'), 'Second'));
  await storeTo(scene, ...plan.destinations.map(({ destinationId }) => destinationId), second);
  await takeBackup(scene);
  await settle(core);
  const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId });
  await succeed(core, 'snapshots.delete', { snapshotId, confirmation });
  await succeed(core, 'trash.putBack', { snapshotId });
  await succeed(core, 'destinations.rescan', { destinationId: second });

  const check = await succeed(core, 'rows.previewPutBack', orderOf(scene, { table: 'entries' }));
  await succeed(core, 'rows.putBack', await confirmed(core, check));
  await succeed(core, 'restores.undo', {});
  await succeed(core, 'verifications.start', { snapshotId });
  await succeed(core, 'restoreTests.start', { planId: plan.id });
  expect((await restore(core, snapshot.path, source)).state).toBe('succeeded');
  await takeBackup(scene);
  const { run: compared } = await core.call('compare.open', { before: { snapshotId }, after: { planId: plan.id } });
  await core.runEnded(compared.id);
  const { run: opened } = await core.call('browse.open', { source: { planId: plan.id } });
  await core.runEnded(opened.id);
  const deletion = await core.call('databaseDeletions.preview', { target: { planId: plan.id } });
  await succeed(core, 'databaseDeletions.start', {
    target: { planId: plan.id },
    confirmation: deletion.confirmation,
  });
  await settle(core);

  const kinds = new Set([...runs.values()].map(({ kind }) => kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      ...['copy', 'delete', 'putBack', 'scan', 'put-back-check', 'putBackRows', 'undo', 'verify', 'restoreTest'],
      ...['restore-check', 'restore', 'backup', 'compare', 'browse', 'databaseDeletion'],
    ]),
  );
  for (const { kind, told } of runs.values()) {
    const phases = told.map(({ phase }) => phase);
    const last = phases.findLast((phase) => phase !== 'done');
    const shares = told.map(({ share }) => share ?? -1);
    const unknown = told.filter(({ share }) => share === null).map(({ phase }) => phase);
    // Of a run of one phase whose end is unknown nothing can be said.
    if (new Set(phases).size > 2) expect.soft(unknown, kind).toEqual([]);
    const known = shares.filter((share) => share >= 0);
    expect.soft(known, `${kind}: ${phases.join(' ')}`).toEqual(known.toSorted((a, b) => a - b));
    const before = told.slice(0, phases.indexOf(last ?? 'done')).map(({ share }) => share ?? 0);
    for (const share of before) expect.soft(share, kind).toBeLessThan(1);
  }
});
