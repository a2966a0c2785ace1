import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { forkedWorker, startWorkersAhead } from '../../src-main/core/runs/forked-worker.ts';
import { NODE } from '../support/elsewhere.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** A worker that says its number at once, answers what it gets, and ends with its parent. */
function makeWorker(): string {
  const file = join(temporaryFolder(), 'worker.cjs');
  writeFileSync(
    file,
    `process.send({ pid: process.pid }, () => undefined);
     process.on('message', (message) => process.send({ answer: message }));
     process.on('disconnect', () => process.exit());`,
  );
  return file;
}

/** Asks one worker, and returns all that it says until it has answered, and how it ends. */
async function ask(worker: ReturnType<ReturnType<typeof forkedWorker>>): Promise<{ said: unknown[]; signal: unknown }> {
  const said: unknown[] = [];
  worker.onMessage((message) => {
    said.push(message);
    if (said.length === 1) worker.send('question');
    else worker.kill();
  });
  const end = await new Promise((ended) => worker.onEnd(ended));
  return { said, signal: (end as { signal: unknown }).signal };
}

test('a process that was started ahead loses nothing of what it has said, and does one task', async () => {
  const file = makeWorker();
  const start = forkedWorker(file);
  startWorkersAhead(file, 2);
  const pids = new Set<unknown>();
  // Two that were started ahead, and one that was not.
  for (let count = 1; count <= 3; count++) {
    const { said, signal } = await ask(start(null));
    expect(said).toEqual([{ pid: expect.any(Number) }, { answer: 'question' }]);
    expect(signal).toBe('SIGKILL');
    pids.add((said[0] as { pid: number }).pid);
    expect(pids.size).toBe(count);
  }
});

test('a process that gets no task keeps nobody waiting, and ends with the one that started it', () => {
  const module = resolve(import.meta.dirname, '../../src-main/core/runs/forked-worker.ts');
  const script = `import { startWorkersAhead } from ${JSON.stringify(module)};
    startWorkersAhead(${JSON.stringify(makeWorker())}, 3);`;
  // The worker has the same standard error: this returns once both are gone.
  const { status, signal, stderr } = spawnSync(NODE, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
});
