import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readHolder } from '../../src-main/core/process/holder.ts';

/*
 * Runs one command of the built command line beside a service that was started for it:
 * node test/support/beside-service.ts <arguments of the command>
 */

const out = resolve(import.meta.dirname, '../../out/main');
const args = process.argv.slice(2);
const home = process.env.SNAPKEEP_HOME ?? '';

/** Starts a service; where one runs already, the command joins that one. */
async function startService(): Promise<() => Promise<void>> {
  const service = spawn(process.execPath, [join(out, 'server.cjs'), '--port', '0'], { stdio: 'ignore' });
  const ended = once(service, 'exit');
  while (service.exitCode === null && service.signalCode === null && readHolder(home)?.pid !== service.pid)
    await pause(10);
  while (service.exitCode === null && service.signalCode === null && readHolder(home)?.endpoint === undefined)
    await pause(10);
  return async () => {
    service.kill('SIGTERM');
    await ended;
  };
}

// These hold the data folder themselves.
const stop = ['serve', 'catalog'].includes(args[0] ?? '') ? async () => {} : await startService();
const command = spawn(process.execPath, [join(out, 'cli.cjs'), ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void command.kill(signal));
const [code] = (await once(command, 'exit')) as [number | null];
await stop();
process.exitCode = code ?? 1;
