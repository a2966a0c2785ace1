import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { lacking } from '../servers/processes.ts';

/** A program as people have it on their machine: its database, and what lies beside it. */
export interface Installation {
  /** The folder it runs in. */
  readonly folder: string;
  readonly database: string;
  /** The key of the database, if it is encrypted with SQLCipher. */
  readonly key?: string;
  /** What the program commits again and again while it runs; each time one row more in {@link grows}. */
  readonly commit: string;
  readonly grows: string;
  /** What goes wrong in the database one day, in SQL. */
  readonly mishap: string;
}

/** Why no program can be installed here; `undefined`: they can. */
const missing = lacking(['sqlite3', 'sqlcipher', 'gunzip', 'sh']);
export const whyNoInstallations = missing.length > 0 ? `${missing.join(', ')} not installed` : undefined;

type Keyed = Pick<Installation, 'database' | 'key'>;

/**
 * Asks the shell of SQLite, or that of SQLCipher for an encrypted database. It waits: the first connection to a database
 * in WAL mode, and the last one, lock it for a moment.
 */
export function ask({ database, key }: Keyed, sql: string): string {
  const input = `.timeout 30000\n${unlock(key)}${sql}\n`;
  return execFileSync(shellOf(key), ['-batch', '-bail', database], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  }).trim();
}

const shellOf = (key: string | undefined): string => (key === undefined ? 'sqlite3' : 'sqlcipher');

/** Newer shells of SQLCipher say that a key is taken. */
const unlock = (key: string | undefined): string =>
  key === undefined ? '' : `.output /dev/null\nPRAGMA key = '${key}';\n.output\n`;

/** Makes a database in WAL mode, as all five programs keep theirs. */
export function makeLive(keyed: Keyed, sql: string): void {
  mkdirSync(dirname(keyed.database), { recursive: true });
  ask(keyed, `PRAGMA journal_mode = WAL;\nPRAGMA foreign_keys = ON;\nBEGIN;\n${sql}\nCOMMIT;`);
}

/** Numbers from 1 to so many, to be selected from as `n(i)`. */
export const numbers = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

/** All that a database holds, as the shell writes it down, after what its checks find wrong. */
export function contentOf(keyed: Keyed): string {
  return ask(
    keyed,
    'PRAGMA integrity_check;\nPRAGMA foreign_key_check;\nPRAGMA user_version;\nPRAGMA application_id;\n.dump',
  );
}

export const rowsIn = (keyed: Keyed, table: string): number => Number(ask(keyed, `SELECT count(*) FROM ${table};`));

/** A program that is at work. */
export interface ProgramAtWork {
  /** Ends it once it has closed its database. @throws Error when it was disturbed in what it did */
  stop(): Promise<void>;
  /** Ends it whatever it does. */
  kill(): void;
}

const LOOP = `{ printf '%s\n' "$FIRST"; while [ ! -e "$STOP" ]; do printf '%s\n' "$COMMIT"; sleep 0.01; done; } |
  "$SHELL_OF_SQLITE" -batch "$DATABASE"`;

/** Lets the program of an installation commit about a hundred times a second, and waits for its first commit. */
export async function startWork(installation: Installation): Promise<ProgramAtWork> {
  const { database, key, commit, grows } = installation;
  const stopFile = `${database}.stop`;
  const before = rowsIn(installation, grows);
  const child = spawn('sh', ['-c', LOOP], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      FIRST: `${unlock(key)}.timeout 5000\nPRAGMA foreign_keys = ON;`,
      COMMIT: `BEGIN IMMEDIATE; ${commit} COMMIT;`,
      STOP: stopFile,
      DATABASE: database,
      SHELL_OF_SQLITE: shellOf(key),
    },
  });
  const ended = once(child, 'close');
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  while (rowsIn(installation, grows) === before) {
    if (child.exitCode !== null || complaints !== '') throw new Error(`The program does not work: ${complaints}`);
    await setTimeout(10);
  }
  return {
    kill: () => killGroup(child),
    stop: async () => {
      writeFileSync(stopFile, '');
      await ended;
      rmSync(stopFile);
      if (complaints !== '') throw new Error(`The program was disturbed: ${complaints}`);
    },
  };
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

/** Unpacks a stored database as the guides say; what comes of it can be asked like any other. */
export function unpack(stored: string, to: string): void {
  if (stored.endsWith('.gz')) writeFileSync(to, execFileSync('gunzip', ['-c', stored], { maxBuffer: 1 << 28 }));
  else copyFileSync(stored, to);
}
