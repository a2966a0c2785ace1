import { resolve } from 'node:path';
import type { Core } from '../../src-main/core/core.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';

const WORKER = resolve(import.meta.dirname, '../../out/main/worker.cjs');

/** Starts a core as the command line does, with the built worker. */
export const openCore = (dataFolder: string): Promise<Core> =>
  createCore({
    dataFolder,
    ports: { host: 'cli', capabilities: NO_CAPABILITIES, startWorkerProcess: forkedWorker(WORKER) },
  });
