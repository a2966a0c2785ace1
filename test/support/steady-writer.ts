import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { NODE } from './elsewhere.ts';

/** A process that commits one row after the other, each with a note of its own, and says so once it is committed. */
export interface SteadyWriter {
  /** The notes of the rows whose commit was acknowledged so far. */
  readonly acknowledged: readonly string[];
  /** Waits until this many more rows have been committed. */
  more(rows: number): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = `
  const Database = require('better-sqlite3');
  const [, pause, path, ...others] = process.argv;
  const database = new Database(path, { timeout: 60000 });
  others.forEach((other, n) => database.prepare('ATTACH ? AS other' + n).run(other));
  const inserts = ['main', ...others.map((_, n) => 'other' + n)].map((name) =>
    database.prepare('INSERT INTO ' + name + '.entries (account, amount, note) VALUES (1, 1, ?)'),
  );
  const insert = database.transaction((note) => inserts.forEach((each) => each.run(note)));
  let n = 0;
  let stopped = false;
  process.stdin.on('data', () => { stopped = true; });
  (function write() {
    if (stopped) { database.close(); process.exit(0); }
    const note = 'row ' + ++n;
    insert.immediate(note);
    process.stdout.write(note + '\\n');
    setTimeout(write, Number(pause));
  })();
`;

/**
 * @param path of a database, or of several: each row is then committed to all of them in one transaction
 * @param pauseMs between two commits, in milliseconds
 */
export async function startSteadyWriter(path: string | readonly string[], pauseMs: number): Promise<SteadyWriter> {
  const child = spawn(NODE, ['-e', PROGRAM, String(pauseMs), ...[path].flat()], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const acknowledged: string[] = [];
  const waiting: Array<{ until: number; resolve: () => void }> = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    acknowledged.push(line);
    for (const each of waiting) if (acknowledged.length >= each.until) each.resolve();
  });
  const more = (rows: number): Promise<void> =>
    new Promise((done) => {
      waiting.push({ until: acknowledged.length + rows, resolve: done });
    });
  await more(1);
  return {
    acknowledged,
    more,
    stop: async () => {
      child.stdin.write('stop\n');
      await exited;
    },
  };
}
