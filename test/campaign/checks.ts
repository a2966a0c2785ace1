import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LedgerState, readLedger } from './ledger.ts';
import type { Operation } from './operations.ts';
import { run } from './product.ts';
import type { ListedSnapshot, Scene } from './scene.ts';

const MANIFEST_SUFFIX = '.manifest.json';
/** What Snapkeep keeps in a destination beside snapshots. */
const MARKER = /^\.snapkeep/;

/** What was there before an attempt. */
export interface Before {
  ledger: LedgerState | null;
  snapshots: ListedSnapshot[];
}

/** Looks at a scene before something happens to it. */
export async function look(scene: Scene): Promise<Before> {
  return { ledger: readLedger(scene.database, scene.key), snapshots: await scene.snapshots() };
}

/** Says what an interrupted operation has broken, once the product has been started again. */
export async function* whatIsBroken(scene: Scene, operation: Operation, before: Before): AsyncGenerator<string> {
  const live = readLedger(scene.database, scene.key);
  if (live === null ? operation.replaces === undefined : !['old', 'new'].includes(live.edition))
    yield `The database holds ${live === null ? 'nothing' : `the edition ${live.edition}`}.`;
  const silent = await scene.recover();
  if (silent !== undefined) yield silent;
  const after = await scene.snapshots();
  yield* whatIsLost(operation, before.snapshots, after);
  yield* whatIsFalse(scene, after);
  yield* whatIsLeft(scene, after);
  if (operation.replaces === 'undoable') yield* whatCannotComeBack(scene, before);
  const again = await run(scene.home, ['backup', 'app'], scene.env);
  if (again.code !== 0 && existsSync(scene.database)) yield `The next backup ended with ${again.code}: ${again.stderr}`;
}

function* whatIsLost(
  { takesAway = 0 }: Operation,
  before: ListedSnapshot[],
  after: ListedSnapshot[],
): Generator<string> {
  const mayGo = new Set(before.slice(before.length - takesAway).map(({ id }) => id));
  for (const { id, name, missing } of before) {
    const now = after.find((snapshot) => snapshot.id === id);
    if (!missing && !mayGo.has(id) && (now === undefined || now.missing)) yield `The snapshot ${name} is lost.`;
  }
}

/** What is listed as stored has to be there, byte for byte, and described. */
function* whatIsFalse(scene: Scene, snapshots: ListedSnapshot[]): Generator<string> {
  for (const { name, sha256, copies } of snapshots) {
    for (const { destinationName, state } of copies) {
      if (state !== 'stored') continue;
      const path = join(destinationName === 'near' ? scene.near : scene.far, name);
      if (!existsSync(path)) yield `${path} is listed as stored and does not exist.`;
      else if (hashOf(path) !== sha256) yield `${path} is not what the list says.`;
      else if (!existsSync(path + MANIFEST_SUFFIX)) yield `${path} has no manifest.`;
    }
  }
}

/** Nothing half done stays anywhere, and no file that no snapshot accounts for. */
function* whatIsLeft(scene: Scene, snapshots: ListedSnapshot[]): Generator<string> {
  for (const folder of [scene.near, scene.far]) {
    const destination = folder === scene.near ? 'near' : 'far';
    const stored = snapshots.filter(({ copies }) =>
      copies.some(({ destinationName, state }) => destinationName === destination && state !== 'waiting'),
    );
    for (const entry of readdirSync(folder)) {
      const known = stored.some(({ name }) => belongsTo(entry, name));
      if (!known && !MARKER.test(entry) && entry !== 'latest' && !entry.endsWith('.latest'))
        yield `${join(folder, entry)} was left behind.`;
    }
  }
  for (const entry of readdirSync(scene.path('app')))
    if (!/^(app\.db(-wal|-shm|-journal)?|files)$/.test(entry)) yield `${scene.path('app')}/${entry} was left behind.`;
  const staging = join(scene.home, 'staging');
  for (const entry of existsSync(staging) ? readdirSync(staging) : []) yield `${staging}/${entry} was left behind.`;
}

/** The file of a snapshot, its manifest, and its attached files, which share the start of its name. */
function belongsTo(entry: string, name: string): boolean {
  const [stem = name] = name.split('.');
  return entry === name || entry === name + MANIFEST_SUFFIX || entry.startsWith(`${stem}.`);
}

async function* whatCannotComeBack(scene: Scene, before: Before): AsyncGenerator<string> {
  const now = readLedger(scene.database, scene.key);
  if (same(now, before.ledger)) return;
  const undo = await run(scene.home, ['undo'], scene.env);
  const back = readLedger(scene.database, scene.key);
  if (!same(back, before.ledger))
    yield `Undo ended with ${undo.code} and did not bring back what was there: ${JSON.stringify(back)} instead of ${JSON.stringify(before.ledger)}. ${undo.stderr}`;
}

const same = (one: LedgerState | null, other: LedgerState | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
