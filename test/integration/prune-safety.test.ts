import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countEntries } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { prepareRestore, setScene, takeBackup } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

const DAY = 86_400_000;

test('safety snapshots go 30 days after their restore, but for the newest of a database', async () => {
  const clock = new FakeClock();
  const scene = await setScene({ ports: { clock } });
  const { path } = await takeBackup(scene);
  const restore = async () => {
    const { start } = await prepareRestore(scene.core, path, scene.source);
    const run = await succeed(scene.core, 'restores.start', start);
    await scene.core.settled();
    return run;
  };
  const kept = async () =>
    (await scene.core.call('snapshots.list', {})).filter(({ trigger }) => trigger === 'before-restore');
  const first = await restore();
  await restore();
  expect(await kept()).toHaveLength(2);
  const [, oldest] = await kept();
  clock.jump(31 * DAY);
  await restore();
  expect(await kept()).toHaveLength(1);
  expect(existsSync(oldest?.path ?? '')).toBe(false);
  await expect(scene.core.call('restores.undo', { runId: first.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await succeed(scene.core, 'restores.undo', {});
  expect(countEntries(scene.source)).toBe(100);
});
