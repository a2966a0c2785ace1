import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Core } from '../core/core.ts';
import { errorCode, explainError } from '../core/engine/engine-errors.ts';
import { openNodeCore } from '../core/node-core.ts';
import { watchNpm } from '../core/process/npm-watch.ts';
import { guardProcess } from '../core/process/process-guard.ts';
import { widenThreadPool } from '../core/process/thread-pool.ts';
import { Auth } from './auth.ts';
import { createHttpServer } from './http-server.ts';

/** Tried first; the ports after it follow when it is taken. */
const USUAL_PORT = 7411;

/** Temporary failure, as in sysexits.h: try again. */
const EXIT_TRY_AGAIN = 75;

let core: Core | undefined;

async function serve(): Promise<void> {
  const port = requestedPort();
  const opened = await openNodeCore('server');
  core = opened;
  if (opened.tightened !== null) process.stderr.write(`${opened.tightened}\n`);
  const auth = new Auth();
  const server = await createHttpServer({
    core: opened,
    auth,
    rendererFolder: join(import.meta.dirname, '../renderer'),
  });
  const close = async (): Promise<void> => {
    await server.close();
    await opened.close();
    process.exit(0);
  };
  const bound = await listen((candidate) => server.listen({ host: '127.0.0.1', port: candidate }), port);
  const origin = `http://127.0.0.1:${bound}`;
  // What follows “#” stays in the browser: no request, log or history of a proxy has it.
  const addressWith = (loginToken: string): string => `${origin}/#token=${loginToken}`;
  const printAddress = (words: string): void => {
    const token = auth.createLoginToken(() => printAddress('To log in with another browser, open'));
    process.stderr.write(`${words} ${addressWith(token)}\n`);
  };
  printAddress('Snapkeep is running at');
  // A program that started this over a pipe gets addresses that open a window once: see tools/start.mjs.
  if (process.send !== undefined) {
    process.on('message', (message) => {
      if (message === 'login-url') process.send?.({ loginUrl: addressWith(auth.createShortLoginToken()) });
    });
    process.on('disconnect', () => void close());
    process.send({ ready: origin });
  }
  watchNpm(() => void close());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
}

async function listen(tryPort: (port: number) => Promise<string>, requested: number | undefined): Promise<number> {
  for (let port = requested ?? USUAL_PORT; ; port++) {
    try {
      return Number(new URL(await tryPort(port)).port);
    } catch (error) {
      const taken = errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES';
      if (taken && requested !== undefined)
        throw new SnapkeepError('BUSY', `Port ${requested} is in use.`, {
          hint: 'Choose another one with --port.',
          cause: error,
        });
      if (!taken || port > USUAL_PORT + 100) throw error;
    }
  }
}

function requestedPort(): number | undefined {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  if (values.port === undefined) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SnapkeepError('INVALID_PARAMS', `Invalid port: ${values.port}.`, {
      hint: 'Use a number from 0 to 65535; 0 chooses a free port.',
    });
  }
  return port;
}

if (!existsSync(join(import.meta.dirname, '../renderer/index.html'))) {
  process.stderr.write('The window has not been built. Run: npm run build\n');
  process.exit(1);
}
function fail(error: unknown): void {
  const { code, message, hint } = explainError(error, 'Snapkeep').toBody();
  process.stderr.write(`${message} ${hint ?? ''}\n`);
  process.exit(code === 'INVALID_PARAMS' ? 2 : code === 'BUSY' ? EXIT_TRY_AGAIN : code === 'TOO_NEW' ? 78 : 1);
}

widenThreadPool();
guardProcess(() => core?.log, fail);
serve().catch(fail);
