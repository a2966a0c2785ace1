import { join } from 'node:path';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import type { Core } from './core.ts';
import { createCore } from './create-core.ts';
import { defaultDataFolder } from './process/data-folder.ts';
import { forkedWorker } from './runs/forked-worker.ts';

/**
 * Opens the usual data folder for a host that is plain Node, whose workers are built beside it.
 * @throws SnapkeepError `BUSY` while another process uses the data folder
 */
export function openNodeCore(host: 'cli' | 'server'): Promise<Core> {
  const startWorkerProcess = forkedWorker(join(import.meta.dirname, 'worker.cjs'));
  return createCore({
    dataFolder: defaultDataFolder(),
    ports: { host, capabilities: NO_CAPABILITIES, startWorkerProcess },
  });
}
