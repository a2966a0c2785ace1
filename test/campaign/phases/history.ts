import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanUpLater } from '../clean-up.ts';
import { changeLedger, makeLedger, readLedger } from '../ledger.ts';
import { kill, run, seesProcesses, start, succeed, type Victim } from '../product.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

const VICTIMS: readonly Victim[] = seesProcesses ? ['all', 'command', 'child'] : ['all', 'command'];
/** How long an operation is taken to last, in milliseconds. */
const LASTS_MS = 2500;

/** A history at two folders. */
interface HistoryScene {
  readonly home: string;
  readonly database: string;
  readonly restored: string;
}

interface ListedPoint {
  txid: number;
}

/** What is done with a history; `run-due` captures, delivers, merges and removes. */
const OPERATIONS: ReadonlyArray<{ name: string; args(scene: HistoryScene, newest: number): string[] }> = [
  { name: 'capture and merge', args: () => ['run-due'] },
  { name: 'verify a point', args: (_, newest) => ['verify', 'app', '--point', String(newest)] },
  {
    name: 'restore a point',
    args: ({ database }, newest) => ['restore', 'app', '--point', String(newest), '--to', database, '--force'],
  },
  { name: 'undo', args: () => ['undo'] },
];

/** Kills what is done with a history at random instants: every point that is listed can be restored, and captures go on. */
export async function killHistories(extent: Extent, tally: Tally): Promise<void> {
  const random = randomNumbers(extent.seed);
  const scene = await makeScene();
  for (let n = 0; n < extent.historyKills; n++) {
    const operation = OPERATIONS[n % OPERATIONS.length] as (typeof OPERATIONS)[number];
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'all';
    const afterMs = Math.round(random() * LASTS_MS);
    await tally.attempt(`${operation.name}, ${victim} killed after ${afterMs} ms`, async function* () {
      changeLedger(scene.database, 'new', 20);
      const newest = (await pointsOf(scene))[0]?.txid ?? 0;
      const started = start(scene.home, operation.args(scene, newest));
      await Promise.race([delay(afterMs), started.ended]);
      kill(started, victim);
      await started.ended;
      yield* whatIsBroken(scene, newest, random);
    });
  }
}

async function makeScene(): Promise<HistoryScene> {
  const root = mkdtempSync(join(tmpdir(), 'snapkeep-history-'));
  cleanUpLater(() => rmSync(root, { recursive: true, force: true }));
  const scene = { home: join(root, 'home'), database: join(root, 'app.db'), restored: join(root, 'restored.db') };
  const folders = ['near', 'far'].map((name) => join(root, name));
  for (const folder of folders) mkdirSync(folder);
  makeLedger(scene.database, 'old', 2000);
  const to = folders.flatMap((folder) => ['--to', folder]);
  await succeed(scene.home, ['plan', 'add', '--name', 'app', '--source', scene.database, ...to, '--storage', 'both']);
  await succeed(scene.home, ['run-due']);
  return scene;
}

const pointsOf = async ({ home }: HistoryScene): Promise<ListedPoint[]> =>
  JSON.parse(await succeed(home, ['points', 'app', '--json'])) as ListedPoint[];

async function* whatIsBroken(scene: HistoryScene, newest: number, random: () => number): AsyncGenerator<string> {
  readLedger(scene.database);
  const due = await run(scene.home, ['run-due']);
  if (due.code !== 0) yield `The next capture ended with ${due.code}: ${due.stderr}${due.stdout}`;
  const points = await pointsOf(scene);
  if ((points[0]?.txid ?? 0) < newest) yield `The newest point is ${points[0]?.txid}, after ${newest}.`;
  const any = points[Math.floor(random() * points.length)];
  for (const txid of new Set([points[0]?.txid, any?.txid])) {
    const to = ['--point', String(txid), '--to', scene.restored];
    const { code, stderr } = await run(scene.home, ['restore', 'app', ...to]);
    if (code !== 0) yield `Point ${txid} was not restored: ${stderr}`;
    readLedger(scene.restored);
    for (const suffix of ['', '-wal', '-shm']) rmSync(scene.restored + suffix, { force: true });
  }
}
