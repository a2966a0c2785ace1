import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Scene, setScene } from '../../support/scene.ts';
import { succeed } from '../../support/test-core.ts';

const MINUTE_MS = 60_000;
const KEEP = { minutesForHours: 0, hoursForDays: 1, daysForDays: 3, monthsForMonths: 0 };
const HISTORY = HistorySettings.parse({ storage: 'both', keep: KEEP });

const change = (path: string, sql: string): void => {
  const database = new Database(path);
  database.exec(sql);
  database.close();
};
const filesOf = ({ destination }: Scene): string[] => {
  const history = join(destination, readdirSync(destination).find((name) => name.endsWith('.history')) ?? '');
  return readdirSync(join(history, 'ltx')).flatMap((level) => readdirSync(join(history, 'ltx', level)));
};
const pointsOf = async ({ core, plan }: Scene): Promise<number[]> =>
  (await core.call('history.points', { planId: plan.id, limit: 500 })).map(({ txid }) => txid);

/** Captures a change every ten minutes. */
async function captureFor(scene: Scene, clock: FakeClock, captures: number): Promise<void> {
  for (let n = 0; n < captures; n++) {
    change(scene.source, `INSERT INTO entries(account, amount, note) VALUES (1, 1, '${clock.now().toISOString()}')`);
    await succeed(scene.core, 'history.capture', { planId: scene.plan.id });
    await clock.advance(10 * MINUTE_MS, async () => {});
  }
}

const titleAt = async ({ core, plan }: Scene, txid: number): Promise<unknown> => {
  const { run } = await core.call('browse.open', { source: { planId: plan.id, txid } });
  const { result } = await core.runEnded(run.id);
  if (result?.kind !== 'browse' || result.viewId === null) throw new Error('Not opened.');
  const { rows } = await core.call('browse.query', {
    viewId: result.viewId,
    sql: 'SELECT note FROM entries ORDER BY id DESC LIMIT 1',
  });
  return rows[0]?.[0];
};

test('points that the rules no longer keep are merged, and every other one stays as it was captured', async () => {
  const clock = new FakeClock(Date.parse('2026-11-20T08:00:00Z'));
  const scene = await setScene({ rows: 50, plan: { history: HISTORY, timeZone: 'UTC' }, ports: { clock } });
  await captureFor(scene, clock, 30);
  const before = new Map<number, unknown>();
  for (const txid of [1, 6, 12, 24, 30]) before.set(txid, await titleAt(scene, txid));
  const first = await succeed(scene.core, 'history.prune', { planId: scene.plan.id });
  expect(first.result).toMatchObject({ kind: 'pruneHistory', files: 0 });
  const kept = await pointsOf(scene);
  expect(kept.length).toBeLessThan(15);
  const stored = filesOf(scene).length;
  // What was merged goes one prune later.
  const second = await succeed(scene.core, 'history.prune', { planId: scene.plan.id });
  expect(second.result).toMatchObject({ points: 0 });
  expect(filesOf(scene).length).toBeLessThan(stored);
  for (const txid of kept.filter((each) => before.has(each)))
    expect(await titleAt(scene, txid)).toEqual(before.get(txid));
  for (const txid of kept) {
    const { result } = await succeed(scene.core, 'verifications.start', { planId: scene.plan.id, txid });
    expect(result).toMatchObject({ verification: { valid: true } });
  }
});

test('where most rows are gone nothing is pruned until a person has reviewed it', async () => {
  const clock = new FakeClock(Date.parse('2026-11-20T08:00:00Z'));
  const scene = await setScene({ rows: 50, plan: { history: HISTORY, timeZone: 'UTC' }, ports: { clock } });
  await captureFor(scene, clock, 14);
  change(scene.source, 'DELETE FROM entries');
  await succeed(scene.core, 'history.capture', { planId: scene.plan.id });
  const paused = await succeed(scene.core, 'history.prune', { planId: scene.plan.id });
  expect(paused.result).toMatchObject({ points: 0 });
  expect(await pointsOf(scene)).toHaveLength(15);
  expect(await scene.core.call('history.summary', { planId: scene.plan.id })).toMatchObject({
    pruningPaused: expect.stringContaining('rows'),
  });
  await succeed(scene.core, 'history.prune', { planId: scene.plan.id, review: true });
  expect((await pointsOf(scene)).length).toBeLessThan(15);
});
