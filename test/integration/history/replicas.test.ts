import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Core } from '../../../src-main/core/core.ts';
import { rebuildImage } from '../../../src-main/core/engine/history/rebuild-image.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { makeDatabase } from '../../support/databases.ts';
import { HistoryFiles, sha256Of } from '../../support/history-files.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { checkOf, contentsOf, setScene } from '../../support/scene.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

/** When a point was made: one each minute. */
const madeAt = (txid: number): Date => new Date(Date.UTC(2026, 10, 20, 8, txid));

/** A replica in a folder: five points a minute apart, each with one row less. */
async function makeReplica() {
  const work = temporaryFolder();
  const source = join(work, 'app.db');
  makeDatabase(source, { rows: 200 });
  const history = new HistoryFiles(work, source);
  const database = new Database(source);
  for (let step = 1; step <= 5; step++) {
    database.exec(`DELETE FROM entries WHERE id = ${step}`);
    await history.capture();
  }
  database.close();
  for (const { path, max } of history.files) utimesSync(path, madeAt(max), madeAt(max));
  const core = await startTestCore(join(work, 'home'));
  return { work, source, history, core, replica: { path: history.folder } };
}

/** The first row that is left tells the point. */
function firstIdIn(path: string): unknown {
  const database = new Database(path, { readonly: true });
  const id = database.prepare('SELECT min(id) FROM entries').pluck().get();
  database.close();
  return id;
}

/** Restores a point to a path. @returns the id of the run */
async function restoreTo(core: Core, source: RestoreSource, targetPath: string): Promise<string> {
  const checked = await succeed(core, 'restores.check', { source, targetPath });
  const { confirmation } = checkOf(checked);
  return (await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation })).id;
}

test('the points of a replica are listed by time, verified, compared, browsed and restored with Undo; it is never changed', async () => {
  const { work, source, history, core, replica } = await makeReplica();
  const before = contentsOf(history.folder);
  const points = await core.call('replicas.points', { replica });
  expect(points.map(({ txid }) => txid)).toEqual([5, 4, 3, 2, 1]);
  const [newest, fourth, third] = points;
  const page = await core.call('replicas.points', { replica, before: 5, limit: 2 });
  expect(page).toEqual([fourth, third]);
  const since = { from: third?.madeAt ?? '', to: fourth?.madeAt ?? '' };
  expect(await core.call('replicas.points', { replica, ...since })).toEqual([fourth, third]);
  const later = new Date(Date.parse(fourth?.madeAt ?? '') + 1000).toISOString();
  expect(await core.call('replicas.pointAt', { replica, at: later })).toEqual(fourth);
  expect(await core.call('replicas.pointAt', { replica, txid: 5 })).toEqual(newest);
  await expect(core.call('replicas.pointAt', { replica, txid: 6 })).rejects.toMatchObject({ code: 'NOT_FOUND' });

  const verified = await succeed(core, 'verifications.start', { replica, txid: 3 });
  expect(verified.result).toMatchObject({ verification: { valid: true } });
  const [older, now] = [{ replica, txid: 2 }, { path: source }];
  const compared = await core.runEnded((await core.call('compare.open', { before: older, after: now })).run.id);
  if (compared.result?.kind !== 'compare') throw new Error(`${compared.state}: ${compared.error?.message}`);
  const { comparison } = await core.call('compare.summary', { viewId: compared.result.viewId });
  expect(comparison.tables.find(({ name }) => name === 'entries')).toMatchObject({ rows: { removed: 3 } });
  const opened = await core.runEnded((await core.call('browse.open', { source: older })).run.id);
  if (opened.result?.kind !== 'browse') throw new Error(`${opened.state}: ${opened.error?.message}`);

  const { viewId } = opened.result;
  if (viewId === null) throw new Error('no view');
  const [saved, ltx] = [join(work, 'saved.db'), join(work, 'saved.ltx')];
  await succeed(core, 'browse.export', { viewId, what: 'database', format: 'db', path: saved });
  expect(firstIdIn(saved)).toBe(3);
  await succeed(core, 'browse.export', { viewId, what: 'database', format: 'ltx', path: ltx });
  const rebuilt = join(work, 'rebuilt.db');
  const files = [{ name: 'saved.ltx', pieces: [readFileSync(ltx)] }];
  await rebuildImage({ files, target: rebuilt, rootHash: null }, quietContext(work));
  expect(sha256Of(rebuilt)).toBe(sha256Of(saved));

  const target = join(work, 'restored.db');
  await restoreTo(core, { replica, txid: 1 }, target);
  expect(sha256Of(target)).toBe(history.points[0]?.sha256);
  const runId = await restoreTo(core, { replica, txid: 4 }, target);
  expect(firstIdIn(target)).toBe(5);
  await succeed(core, 'restores.undo', { runId });
  expect(firstIdIn(target)).toBe(2);

  const inside = { source: { replica, txid: 1 }, targetPath: join(history.folder, 'app.db') };
  await expect(core.call('restores.check', inside)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(contentsOf(history.folder)).toEqual(before);
  expect(await core.call('destinations.list', {})).toEqual([]);
});

test('what is missing or damaged in a replica is said, and the points before it are restored', async () => {
  const { work, history, core, replica } = await makeReplica();
  const [, second, third, , fifth] = history.files;
  writeFileSync(join(history.folder, 'ltx', '0', 'notes.txt'), 'x');
  writeFileSync(fifth?.path ?? '', 'cut');
  rmSync(third?.path ?? '');
  expect((await core.call('replicas.points', { replica })).map(({ txid }) => txid)).toEqual([2, 1]);
  const missing = await runToEnd(core, 'verifications.start', { replica, txid: 4 });
  expect(missing.error).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('TXID 3') });
  await restoreTo(core, { replica, txid: 2 }, join(work, 'restored.db'));
  writeFileSync(second?.path ?? '', Buffer.alloc(4096, 1));
  const damaged = await runToEnd(core, 'verifications.start', { replica, txid: 2 });
  expect(damaged.error).toMatchObject({ code: 'CORRUPT' });
});

test('the folder of a destination is one too, and what is none is named', async () => {
  const { core, plan, destination, source } = await setScene();
  await core.call('plans.update', { planId: plan.id, history: { storage: 'both' } });
  await core.runEnded((await core.call('history.capture', { planId: plan.id })).run.id);
  const destinationId = plan.destinations[0]?.destinationId ?? '';
  const { replicas } = await core.call('imports.list', { destinationId });
  const [replica] = replicas;
  if (replica === undefined || !('folder' in replica)) throw new Error('not found');
  expect(await core.call('replicas.points', { replica })).toMatchObject([{ txid: 1 }]);
  const target = join(temporaryFolder(), 'restored.db');
  await restoreTo(core, { replica, txid: 1 }, target);
  const notOne = { replica: { path: join(source, '..') } };
  await expect(core.call('replicas.points', notOne)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  const within = { replica: { destinationId, folder: '../app' } };
  await expect(core.call('replicas.points', within)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  await expect(core.call('replicas.points', { replica: { path: join(destination, 'x') } })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
