import { join } from 'node:path';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import type { Core } from './core.ts';
import { createCore } from './create-core.ts';
import type { StartWorkerProcess } from './ports.ts';
import { defaultDataFolder } from './process/default-data-folder.ts';

/** Loaded with the first task: a command that only reads starts no process. */
const startWorkerProcess: StartWorkerProcess = async (output) => {
  const { forkedWorker } = await import('./runs/forked-worker.ts');
  return forkedWorker(join(import.meta.dirname, 'worker.cjs'))(output);
};

/**
 * Opens the usual data folder for a host that is plain Node, whose workers are built beside it.
 * @throws SnapkeepError `BUSY` while another process uses the data folder
 */
export function openNodeCore(host: 'cli' | 'server'): Promise<Core> {
  return createCore({
    dataFolder: defaultDataFolder(),
    ports: { host, capabilities: NO_CAPABILITIES, startWorkerProcess },
  });
}
