import { join } from 'node:path';
import { fitThreadPool } from '../core/process/thread-pool.ts';
import { shareWorkerLock } from '../core/process/worker-lock.ts';
import { keepCompiledNow } from '../platform/compiled-code.ts';
import { parentChannel } from './parent-channel.ts';
import { type Start, TaskPerformer } from './task-performer.ts';
import type { ViewOrder } from './view-performer.ts';

const channel = parentChannel();
const begin = ({ lockFile, lowPriority }: Start | ViewOrder): void => {
  fitThreadPool(lowPriority);
  shareWorkerLock(lockFile);
  // The service may have ended before the lock was taken, and another one may have come since.
  if (!channel.isOpen()) process.exit();
};
const performer = new TaskPerformer(channel.send, begin, join(import.meta.dirname, 'checker.cjs'));

// A terminal and a service manager signal every process of a group: what that means for a run is the core's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
channel.onOrder((order) => performer.take(order));
channel.send({ type: 'ready' });
keepCompiledNow();
