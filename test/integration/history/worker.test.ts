import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WorkerMessage } from '../../../src-main/core/runs/worker-protocol.ts';
import { stageAndVerify } from '../../../src-main/core/verify/verify-file.ts';
import type { WorkerTaskName, WorkerTasks } from '../../../src-main/core/worker-tasks.ts';
import { makeDatabase } from '../../support/databases.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { workerProcess } from '../../support/worker-in-process.ts';

/** Has a worker process of the product's kind do one task. */
async function perform<T extends WorkerTaskName>(
  task: T,
  request: WorkerTasks[T]['request'],
  folder: string,
): Promise<WorkerTasks[T]['result']> {
  const worker = workerProcess(null);
  const ended = Promise.withResolvers<WorkerTasks[T]['result']>();
  worker.onEnd(() => ended.reject(new Error('The worker has ended.')));
  worker.onMessage((said) => {
    const message = said as WorkerMessage;
    const start = { type: 'start', task, request, lockFile: join(folder, 'lock'), stagingFolder: folder };
    if (message.type === 'ready') worker.send({ ...start, lowPriority: false, keys: [], encryptionSecrets: [] });
    else if (message.type === 'finished') ended.resolve(message.result as WorkerTasks[T]['result']);
    else if (message.type === 'failed') ended.reject(new Error(message.error.message));
  });
  try {
    return await ended.promise;
  } finally {
    worker.kill();
  }
}

test('worker processes capture a database and rebuild it; what is rebuilt is checked without another copy', async () => {
  const folder = temporaryFolder();
  const [source, path] = [join(folder, 'app.db'), join(folder, '1.ltx')];
  makeDatabase(source);
  const where = { hashes: join(folder, 'hashes'), out: path };
  const request = {
    sourcePath: source,
    historyId: randomUUID(),
    previous: null,
    clockAheadMs: 0,
    encryption: null,
    ...where,
  };
  const { rootHash, commit } = await perform('capture-history', request, folder);
  const files = [{ path, name: '1.ltx' }];
  const rebuilt = await perform('rebuild-point', { files, target: join(folder, 'rebuilt.db'), rootHash }, folder);
  expect(rebuilt).toEqual({ rootHash, commit, pageSize: 4096 });
  const digest = { bytes: commit * 4096, sha256: rootHash };
  const staged = await stageAndVerify({ path: join(folder, 'rebuilt.db'), rebuilt: digest }, quietContext(folder));
  expect(staged).toMatchObject({ imageBytes: digest.bytes, imageSha256: rootHash, verification: { valid: true } });
  expect(existsSync(join(folder, 'rebuilt.db'))).toBe(false);
});
