import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { OtherRequest } from './other-program.ts';

/** The Node of the project, for child processes: `process.execPath` may be another one. */
export const NODE = resolve(import.meta.dirname, '../../node_modules/.bin/node');

/** A database that another process has open. */
export interface Elsewhere {
  readonly pid: number;
  exec(sql: string): Promise<void>;
  /** The first column of the first row. */
  get(sql: string): Promise<unknown>;
  /** Ends the process as a crash would: nothing is closed or tidied up. */
  crash(): Promise<void>;
  /** Closes the database and ends. */
  close(): Promise<void>;
}

/** Opens a database in a process of its own, with plain better-sqlite3; ended with the test. */
export async function openElsewhere(path: string, ...pragmas: string[]): Promise<Elsewhere> {
  const child = spawn(NODE, [resolve(import.meta.dirname, 'other-program.ts'), path, ...pragmas], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    await end(child, 'SIGKILL');
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await answers.next();
    if (line.done) throw new Error('The other program has ended.');
    return JSON.parse(line.value);
  };
  const ask = async (request: OtherRequest): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = (await next()) as { value?: unknown; error?: string; code?: string };
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error), { code: answer.code });
    return answer.value;
  };
  await next();
  return {
    pid: child.pid ?? 0,
    exec: async (sql) => {
      await ask({ sql });
    },
    get: (sql) => ask({ sql, get: true }),
    crash: () => end(child, 'SIGKILL'),
    close: () => {
      child.stdin.end();
      return ended(child);
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await ended(child);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
