import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { NODE, run, succeed } from '../product.ts';
import type { ListedSnapshot } from '../scene.ts';
import type { Extent, Tally } from '../tally.ts';

const TRANSACTIONS_A_SECOND = 200;

/** Restores and undoes a database that another program writes to all the time, and accounts for every row it committed. */
export async function accountForCommits(extent: Extent, tally: Tally): Promise<void> {
  for (const journalMode of ['wal', 'delete'])
    await tally.attempt(`journal mode ${journalMode}`, () => written(journalMode, extent.writerSeconds / 2, tally));
}

async function* written(journalMode: string, seconds: number, tally: Tally): AsyncGenerator<string> {
  const root = mkdtempSync(join(tmpdir(), 'snapkeep-writer-'));
  const home = join(root, 'home');
  const path = join(root, 'app.db');
  const folder = join(root, 'backups');
  mkdirSync(folder);
  const database = new Database(path);
  database.pragma(`journal_mode = ${journalMode}`);
  database.exec('CREATE TABLE written (id INTEGER PRIMARY KEY, note TEXT)');
  database.close();
  await succeed(home, ['plan', 'add', '--name', 'app', '--source', path, '--to', folder, '--format', 'zst']);
  const writer = spawn(NODE, [resolve(import.meta.dirname, '../writer.ts'), path, String(TRANSACTIONS_A_SECOND), '1'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const committed: number[] = [];
  let rest = '';
  writer.stdout.on('data', (data: Buffer) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop() ?? '';
    committed.push(...lines.map(Number));
  });
  const end = performance.now() + seconds * 1000;
  try {
    await succeed(home, ['backup', 'app']);
    const [snapshot] = JSON.parse(await succeed(home, ['list', '--json'])) as ListedSnapshot[];
    while (performance.now() < end) {
      tally.attempts += 1;
      const restored = await run(home, ['restore', snapshot?.id ?? '', '--to', path, '--force']);
      if (restored.code !== 0 && restored.code !== 75)
        yield `A restore ended with ${restored.code}: ${restored.stderr}`;
      const undone = restored.code === 0 ? await run(home, ['undo']) : restored;
      if (undone.code !== 0 && undone.code !== 75) yield `An undo ended with ${undone.code}: ${undone.stderr}`;
    }
  } finally {
    writer.stdin.end();
    await once(writer, 'close');
  }
  const found = idsIn(path);
  for (const kept of JSON.parse(await succeed(home, ['list', '--json'])) as Array<ListedSnapshot & { path: string }>)
    if (kept.trigger === 'before-restore') for (const id of idsInPacked(kept.path, root)) found.add(id);
  const lost = committed.filter((id) => !found.has(id));
  if (committed.length === 0) yield 'The other program committed nothing.';
  if (lost.length > 0)
    yield `${lost.length} of ${committed.length} committed rows are nowhere: ${lost.slice(0, 5).join(', ')} …`;
  rmSync(root, { recursive: true });
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
