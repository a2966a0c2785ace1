import { constants, getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { setScene, takeBackup } from '../support/scene.ts';
import { workerProcess } from '../support/worker-in-process.ts';
import { workerProcesses } from '../support/worker-processes.ts';

test.skipIf(process.platform !== 'linux')(
  'runs work at low priority when the settings say so, and only then',
  async () => {
    const scene = await setScene({ rows: 20_000, ports: { startWorkerProcess: workerProcess } });
    const seen = new Set<number>();
    scene.core.on('run.changed', () => {
      for (const pid of workerProcesses()) seen.add(getPriority(pid));
    });
    await takeBackup(scene);
    const usual = getPriority();
    expect([...seen]).toEqual([usual]);
    seen.clear();
    await scene.core.call('settings.update', { lowPriority: true });
    await takeBackup(scene);
    expect([...seen]).toContain(constants.priority.PRIORITY_LOW);
  },
);
