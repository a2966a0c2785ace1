import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataFolder } from '../core/process/default-data-folder.ts';
import { widenThreadPool } from '../core/process/thread-pool.ts';
import { keepCompiledCode } from '../platform/compiled-code.ts';

/** How many worker processes a command needs one after the other: they load while the command does. */
const WORKERS_OF = new Map([
  ['backup', 1],
  ['verify', 1],
  ['restore', 2],
  ['undo', 1],
]);

keepCompiledCode(import.meta.dirname);
// Before the first process is started, for it inherits the number of threads and fits it to itself.
widenThreadPool();
const workers = WORKERS_OF.get(process.argv[2] ?? '');
// Beside a running service, the service has the workers.
if (workers !== undefined && !existsSync(join(defaultDataFolder(), 'service.sock')))
  void import('../core/runs/forked-worker.ts').then(({ startWorkersAhead }) =>
    startWorkersAhead(join(import.meta.dirname, 'worker.cjs'), workers),
  );
// Loaded afterwards, for only what is loaded from now on is kept.
void import('./plain-schemas.ts').then(() => import('./run.ts'));
