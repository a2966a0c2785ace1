import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/*
 * What a utility process finds: `process.parentPort` in place of Node's channel. Chromium ends it with its parent from
 * a thread of its own, whatever the main thread is doing.
 */

const sendToParent = process.send?.bind(process);

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    sendToParent?.(structuredClone(message));
  }
}

const parentPort = new ParentPort();
process.on('message', (data) => parentPort.emit('message', { data, ports: [] }));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
new Worker(
  `const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 100);`,
  { eval: true },
).unref();
Object.assign(process, { type: 'utility', parentPort, send: undefined });
const [, , modulePath = '', ...args] = process.argv;
process.argv = [process.argv[0] ?? 'electron', modulePath, ...args];
createRequire(import.meta.url)(modulePath);
