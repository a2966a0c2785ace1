import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import { type Clock, systemClock } from '../../src-main/core/ports.ts';
import { setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore } from '../support/test-core.ts';

/** Wakes everybody at once: whoever waits for a limit has waited long enough. */
const impatient: Clock = {
  now: () => new Date(),
  wake: (_, callback) => systemClock.wake(0, callback),
};

/** Waits until somebody waits for a pipe, lets the reading end, and takes the pipe away. */
async function answer(pipe: string): Promise<void> {
  await vi.waitFor(() => closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)), { timeout: 20_000 });
  rmSync(pipe);
}

test.skipIf(process.platform === 'win32')(
  'a share that never answers does not delay the start, and is cleaned when it does',
  async () => {
    const { core, home, destination, plan } = await setScene();
    await takeBackup({ core, plan });
    await core.close();
    const catalog = createCatalog(join(home, 'catalog.db'));
    const [run] = catalog.runs.list({ limit: 1, kinds: ['backup'] });
    if (run === undefined) throw new Error('There is no run.');
    const interrupted = { ...run, id: crypto.randomUUID(), state: 'running' as const, finishedAt: null };
    catalog.runs.save(interrupted, {
      stagingFolder: join(home, 'staging', 'x'),
      folders: [destination],
      replacement: null,
    });
    catalog.close();
    const partial = join(destination, `app.db.gz.${interrupted.id.slice(0, 8)}.partial`);
    writeFileSync(partial, 'half');
    const hidden = join(destination, `.app.${interrupted.id.slice(0, 8)}.partial`);
    writeFileSync(hidden, 'half');
    // Whoever reads a pipe that nobody writes to waits for ever, as on a dead mount.
    const pipe = join(destination, 'dead.db.gz.manifest.json');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);

    const again = await startTestCore(home, { clock: impatient });
    try {
      expect(await again.call('runs.get', { runId: interrupted.id })).toMatchObject({ run: { state: 'interrupted' } });
    } finally {
      await answer(pipe);
    }
    await vi.waitFor(() => expect([partial, hidden].filter(existsSync)).toEqual([]), { timeout: 20_000 });
  },
);

test('removals are not finished in a mount point without its disk', async () => {
  const { core, home, destination, plan } = await setScene();
  const { id, name } = await takeBackup({ core, plan });
  await core.close();
  const catalog = createCatalog(join(home, 'catalog.db'));
  const [copy] = catalog.copies.ofSnapshot(id);
  if (copy === undefined) throw new Error('There is no copy.');
  catalog.copies.set({ ...copy, state: 'deleting' });
  catalog.close();
  const disk = `${destination}-disk`;
  renameSync(destination, disk);
  mkdirSync(destination);

  const unmounted = await startTestCore(home);
  await unmounted.close();
  const after = createCatalog(join(home, 'catalog.db'));
  expect(after.copies.ofSnapshot(id)).toMatchObject([{ state: 'deleting' }]);
  after.close();

  renameSync(destination, `${destination}-mount-point`);
  renameSync(disk, destination);
  const mounted = await startTestCore(home);
  expect(existsSync(join(destination, name))).toBe(false);
  expect(await mounted.call('snapshots.list', { planId: plan.id })).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'five dead shares hold no more than a thread each, and the others go on',
  () => {
    const folder = temporaryFolder();
    const script = join(import.meta.dirname, '../support/dead-shares.ts');
    const env = { ...process.env, UV_THREADPOOL_SIZE: undefined };
    const { stdout, stderr } = spawnSync(process.execPath, [script, folder], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ asked: 5, late: 40, healthy: 'there' });
  },
);
