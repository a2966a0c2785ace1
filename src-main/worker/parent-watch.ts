import { Worker } from 'node:worker_threads';
import { givesNewParent } from '../platform/processes.ts';

/** How often the parent is checked for, in milliseconds. */
const CHECK_EVERY_MS = 200;

/**
 * Where the parent is gone, another process takes its children over; on Windows they keep its number, which is then
 * nobody's.
 */
const WATCH = `
const { workerData } = require('node:worker_threads');
const { parent } = workerData;
setInterval(() => {
  try {
    if (process.ppid === parent && (workerData.givesNewParent || process.kill(parent, 0))) return;
  } catch {}
  process.kill(process.pid, 'SIGKILL');
}, ${CHECK_EVERY_MS});`;

/**
 * Ends this process when its parent is gone. A separate thread checks, because the main one may be in a call
 * of SQLite's that lasts for hours and lets no event through.
 * @param parent its number
 */
export function endWithParent(parent: number): void {
  new Worker(WATCH, { eval: true, workerData: { parent, givesNewParent } }).unref();
}
