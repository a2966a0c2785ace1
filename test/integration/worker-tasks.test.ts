import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StartWorkerProcess } from '../../src-main/core/ports.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';
import { workerProcess } from '../support/worker-in-process.ts';
import { workerProcesses } from '../support/worker-processes.ts';

/** Starts worker processes, and tells what each is sent before it gets it. */
function startTelling(tell: (message: unknown) => void): StartWorkerProcess {
  return async (output) => {
    const worker = workerProcess(output);
    return {
      ...worker,
      send: (message) => {
        tell(message);
        worker.send(message);
      },
    };
  };
}

/** A scene, and the tasks that its worker processes are given, in order. */
async function withTasks(): Promise<Scene & { tasksOf(work: () => Promise<unknown>): Promise<string[]> }> {
  const tasks: string[] = [];
  const startWorkerProcess = startTelling((message) => {
    const { type, task } = message as { type: string; task?: string };
    if (type === 'start') tasks.push(task ?? '');
  });
  const scene = await setScene({ ports: { startWorkerProcess } });
  const tasksOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    tasks.length = 0;
    await work();
    return [...tasks];
  };
  return { ...scene, tasksOf };
}

test('what other programs left is looked into and read by worker processes, and once', async () => {
  const { core, folder, source, tasksOf } = await withTasks();
  const path = join(folder, 'otherProgram');
  mkdirSync(path);
  copyFileSync(source, join(path, 'app-2026-01-01.db'));
  copyFileSync(source, join(path, 'app-2026-01-02.db'));
  expect(await tasksOf(() => core.call('imports.list', { path }))).toEqual(['judge']);
  const order = { path, newPlanName: 'app' };
  expect(await tasksOf(() => succeed(core, 'imports.start', order))).toEqual(['judge', 'examine', 'examine']);
});

test('a file is looked at once before it is read, and a snapshot that the catalog knows not at all', async () => {
  const scene = await withTasks();
  const { core, folder, tasksOf } = scene;
  const { id, path } = await takeBackup(scene);
  const key = { value: 'its key' };
  expect(await tasksOf(() => succeed(core, 'verifications.start', { snapshotId: id }))).toEqual(['verify']);
  expect(await tasksOf(() => runToEnd(core, 'verifications.start', { snapshotId: id, key }))).toEqual(['verify']);
  const elsewhere = join(folder, 'elsewhere.db.gz');
  copyFileSync(path, elsewhere);
  const verify = (more: object) => () => succeed(core, 'verifications.start', { path: elsewhere, ...more });
  expect(await tasksOf(verify({}))).toEqual(['identify', 'verify']);
  const encrypted = join(folder, 'encrypted.db');
  makeEncrypted(encrypted, 'its key');
  const open = () => succeed(core, 'verifications.start', { path: encrypted, key });
  expect(await tasksOf(open)).toEqual(['identify', 'verify']);
});

test.skipIf(process.platform !== 'linux')(
  'a worker gets keys and passphrases over its channel: neither its arguments nor its environment hold one',
  async () => {
    const key = 'a key nobody may see';
    const passphrase = 'correct horse battery staple';
    const seen: string[] = [];
    const told: string[] = [];
    const startWorkerProcess = startTelling((message) => {
      told.push(JSON.stringify(message));
      for (const pid of workerProcesses())
        for (const file of ['cmdline', 'environ']) seen.push(readFileSync(`/proc/${pid}/${file}`, 'latin1'));
    });
    const scene = await setScene({ ports: { startWorkerProcess } });
    rmSync(scene.source);
    makeEncrypted(scene.source, key);
    await scene.core.call('plans.update', {
      planId: scene.plan.id,
      key: { value: key },
      encryption: { kind: 'passphrase' },
      encryptionSecrets: { passphrase },
    });
    await takeBackup(scene);
    for (const secret of [key, passphrase]) {
      expect(told.join()).toContain(secret);
      expect(seen.join()).not.toContain(secret);
    }
    expect(seen.join()).toContain('worker.cjs');
  },
);
