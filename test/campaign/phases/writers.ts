import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { cleanUpLater } from '../clean-up.ts';
import { changePageSize } from '../ledger.ts';
import { NODE, run, succeed } from '../product.ts';
import type { ListedSnapshot } from '../scene.ts';
import type { Extent, Tally } from '../tally.ts';

/** The exit code of what another program stood in the way of. */
const TRY_AGAIN = 75;

/** A program that writes, and the way in which restores go past it. */
interface Writing {
  readonly name: string;
  readonly journalMode: string;
  readonly transactionsASecond: number;
  /** It opens the database for each row, and the restore exchanges the file. */
  readonly exchange?: boolean;
}

const WRITINGS: readonly Writing[] = [
  { name: 'WAL, in place', journalMode: 'wal', transactionsASecond: 200 },
  { name: 'rollback journal, in place', journalMode: 'delete', transactionsASecond: 200 },
  // A file is exchanged only while nobody has it open.
  { name: 'WAL, by exchange', journalMode: 'wal', transactionsASecond: 10, exchange: true },
];

/** Restores and undoes a database that another program writes to all the time, and accounts for every row it committed. */
export async function accountForCommits(extent: Extent, tally: Tally): Promise<void> {
  for (const writing of WRITINGS)
    await tally.attempt(writing.name, () => written(writing, extent.writerSeconds / WRITINGS.length, tally));
}

async function* written(writing: Writing, seconds: number, tally: Tally): AsyncGenerator<string> {
  const { journalMode, exchange } = writing;
  const root = mkdtempSync(join(tmpdir(), 'snapkeep-writer-'));
  const remove = cleanUpLater(() => rmSync(root, { recursive: true, force: true }));
  const home = join(root, 'home');
  const path = join(root, 'app.db');
  const folder = join(root, 'backups');
  mkdirSync(folder);
  const database = new Database(path);
  database.pragma(`journal_mode = ${journalMode}`);
  database.exec('CREATE TABLE written (id INTEGER PRIMARY KEY, note TEXT)');
  database.close();
  await succeed(home, ['plan', 'add', '--name', 'app', '--source', path, '--to', folder, '--format', 'zst']);
  await succeed(home, ['backup', 'app']);
  if (exchange) changePageSize(path, undefined);
  const [snapshot] = JSON.parse(await succeed(home, ['list', '--json'])) as ListedSnapshot[];
  const writer = startWriter(path, writing);
  const end = performance.now() + seconds * 1000;
  let replaced = 0;
  while (performance.now() < end || (replaced === 0 && performance.now() < end + 60_000)) {
    tally.attempts += 1;
    for (const args of [['restore', snapshot?.id ?? '', '--to', path, '--force'], ['undo']]) {
      const { code, stderr } = await run(home, args);
      if (code === 0) replaced += 1;
      else if (code === TRY_AGAIN) break;
      else yield `${args[0]} ended with ${code}: ${stderr}`;
    }
  }
  const committed = await writer.stop();
  if (replaced === 0) yield 'No restore found its way past the other program.';
  yield* whatIsLost(committed, home, path, root);
  remove();
}

async function* whatIsLost(committed: number[], home: string, path: string, root: string): AsyncGenerator<string> {
  const found = idsIn(path);
  for (const kept of JSON.parse(await succeed(home, ['list', '--json'])) as Array<ListedSnapshot & { path: string }>)
    if (kept.trigger === 'before-restore') for (const id of idsInPacked(kept.path, root)) found.add(id);
  const lost = committed.filter((id) => !found.has(id));
  if (committed.length === 0) yield 'The other program committed nothing.';
  if (lost.length > 0)
    yield `${lost.length} of ${committed.length} committed rows are nowhere: ${lost.slice(0, 5).join(', ')} …`;
}

/** @returns stops it, and answers the rows that it committed */
function startWriter(path: string, { transactionsASecond, exchange }: Writing): { stop(): Promise<number[]> } {
  const program = resolve(import.meta.dirname, '../writer.ts');
  const args = [program, path, String(transactionsASecond), ...(exchange ? ['anew'] : [])];
  const writer = spawn(NODE, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const killNow = cleanUpLater(() => writer.kill('SIGKILL'));
  const committed: number[] = [];
  let rest = '';
  writer.stdout.on('data', (data: Buffer) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop() ?? '';
    committed.push(...lines.map(Number));
  });
  return {
    stop: async () => {
      writer.stdin.end();
      await once(writer, 'close');
      killNow();
      return committed;
    },
  };
}

function idsIn(path: string): Set<number> {
  const database = new Database(path, { readonly: true });
  try {
    return new Set(database.prepare('SELECT id FROM written').pluck().all() as number[]);
  } finally {
    database.close();
  }
}

function idsInPacked(path: string, folder: string): Set<number> {
  const unpacked = join(folder, 'unpacked.db');
  rmSync(unpacked, { force: true });
  execFileSync('zstd', ['-q', '-d', path, '-o', unpacked]);
  return idsIn(unpacked);
}
