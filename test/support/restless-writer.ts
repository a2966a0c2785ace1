import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { NODE } from './elsewhere.ts';

const PROGRAM = `
  const Database = require(process.argv[1]);
  const [, , path, seed, key] = process.argv;
  const database = new Database(path, { timeout: 60000 });
  if (key) { database.pragma("cipher = 'sqlcipher'"); database.pragma('legacy = 4'); database.key(Buffer.from(key)); }
  database.pragma('wal_autocheckpoint = 50');
  let state = Number(seed);
  const random = (below) => { state = (state * 1103515245 + 12345) % 2147483648; return state % below; };
  const insert = database.prepare('INSERT INTO entries(note, body) VALUES (?, zeroblob(?))');
  const update = database.prepare('UPDATE entries SET note = note || ?, body = randomblob(?) WHERE id % 17 = ?');
  const remove = database.prepare('DELETE FROM entries WHERE id % 5 = ? AND id > 40');
  const acts = [
    () => insert.run('note', random(9000)), () => insert.run('note', random(300)), () => update.run('x', random(2000), random(17)),
    () => database.transaction(() => { for (let n = 0; n < 40; n++) insert.run('many', random(2000)); })(),
    () => remove.run(random(5)),
    () => database.pragma('wal_checkpoint(PASSIVE)'),
    () => database.pragma('wal_checkpoint(RESTART)'), () => database.pragma('wal_checkpoint(TRUNCATE)'),
    () => database.pragma('incremental_vacuum(20)'),
  ];
  let stopped = false;
  process.stdin.on('data', () => { stopped = true; });
  database.pragma('busy_timeout = 20');
  (function go() {
    if (stopped) { database.close(); process.exit(0); }
    try { acts[random(acts.length)](); } catch (error) { if (!/^SQLITE_(BUSY|LOCKED)/.test(error.code)) throw error; }
    process.stdout.write('.\\n');
    setTimeout(go, random(3));
  })();
`;

/** A process that changes a database without a pause: it grows, shrinks, and its log is played back and begun anew. */
export interface RestlessWriter {
  stop(): Promise<void>;
}

/** @param key of an encrypted database with the table `entries (id, note, body)` */
export async function startRestlessWriter(path: string, seed: number, key = ''): Promise<RestlessWriter> {
  const driver = key === '' ? 'better-sqlite3' : 'better-sqlite3-multiple-ciphers';
  const child = spawn(NODE, ['-e', PROGRAM, driver, path, String(seed), key], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exited = once(child, 'exit');
  await once(createInterface({ input: child.stdout }), 'line');
  child.stdout.resume();
  return {
    stop: async () => {
      child.stdin.write('stop\n');
      await exited;
    },
  };
}
