import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type LedgerState, readLedger } from './ledger.ts';
import type { Operation } from './operations.ts';
import { run } from './product.ts';
import type { ListedSnapshot, Prepared, Scene } from './scene.ts';

const MANIFEST_SUFFIX = '.manifest.json';
/** What Snapkeep keeps in a destination beside snapshots. */
const MARKER = /^\.snapkeep/;
const TRASH = /^\.snapkeep-trash-/;
/** What may lie beside the source: the database with its sidecars, the attached files, and those that a restore replaced. */
const BESIDE_SOURCE = /^(app\.db(-wal|-shm|-journal)?|files|\.files\.[0-9a-f]{8}\.kept)$/;
/** The product is started so often before what is left behind is held against it: a start waits a second for that. */
const STARTS = 3;

/** What is at the place of a database and its attached files. */
export interface Content {
  ledger: LedgerState | null;
  /** A hash of all paths and contents; empty without files. */
  files: string;
}

/** Reads what a scene's source holds. @throws Error when it is damaged */
export function contentOf(scene: Scene): Content {
  return { ledger: readLedger(scene.database, scene.key), files: hashOfTree(scene.files) };
}

/** Says what an interrupted operation has broken, once the product has been started again. */
export async function* whatIsBroken(scene: Scene, operation: Operation, before: Prepared): AsyncGenerator<string> {
  const { ledger } = contentOf(scene);
  if (ledger === null ? !mayBeGone(operation) : !['old', 'new'].includes(ledger.edition))
    yield `The database holds ${ledger === null ? 'nothing' : `the edition ${ledger.edition}`}.`;
  const after = await startedAgain(scene);
  yield* after.problems;
  yield* whatIsMixed(scene, operation, before);
  yield* whatIsLost(operation, before.snapshots, after.snapshots);
  yield* whatCannotBePutBack(scene, before.snapshots, after.snapshots);
  yield* whatIsFalse(scene, before.snapshots, after.snapshots);
  if (operation.replaces !== undefined) yield* whatCannotComeBack(scene, operation, before);
  const again = await run(scene.home, ['backup', 'app'], scene.env);
  if (again.code !== 0 && existsSync(scene.database)) yield `The next backup ended with ${again.code}: ${again.stderr}`;
}

/** What an operation may have removed is missing until it is brought back. */
function mayBeGone({ name }: Operation): boolean {
  return name.endsWith('delete database');
}

/** Starting the product is what recovers, and `run-due` makes the copies that wait. @throws Error when it does not start */
async function startedAgain(scene: Scene): Promise<{ snapshots: ListedSnapshot[]; problems: string[] }> {
  for (let starts = 1; ; starts++) {
    let snapshots = await scene.snapshots();
    // What is at a destination of a copy that waits would look as if it were left behind.
    if ([...whatStillWaits(snapshots)].length > 0) {
      await run(scene.home, ['run-due'], scene.env);
      snapshots = await scene.snapshots();
    }
    const problems = [...whatIsLeft(scene, snapshots), ...whatStillWaits(snapshots)];
    if (problems.length === 0 || starts === STARTS) return { snapshots, problems };
  }
}

/** What is in place is as it was, or as the operation makes it: all of it or nothing. */
function* whatIsMixed(scene: Scene, operation: Operation, { content }: Prepared): Generator<string> {
  const now = contentOf(scene);
  const { old, new: recent } = scene.contents;
  const known: Array<Content | undefined> = [content];
  if (operation.replaces === 'undo') known.push(recent);
  else if (mayBeGone(operation)) known.push({ ...content, ledger: null });
  else if (operation.everything) known.push(old);
  else if (operation.replaces !== undefined) known.push({ ...content, ledger: old?.ledger ?? null });
  if (!known.some((each) => same(each, now)))
    yield `What is in place is neither of the known states: ${JSON.stringify(now)}.`;
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

/** What is listed as stored has to be there, byte for byte, and described; what is new is read with other programs. */
function* whatIsFalse(scene: Scene, before: ListedSnapshot[], snapshots: ListedSnapshot[]): Generator<string> {
  for (const { id, name, sha256, copies } of snapshots) {
    for (const { destinationName, state } of copies) {
      if (state !== 'stored') continue;
      const path = join(folderOf(scene, destinationName), name);
      if (!existsSync(path)) yield `${path} is listed as stored and does not exist.`;
      else if (hashOf(path) !== sha256) yield `${path} is not what the list says.`;
      else if (!existsSync(path + MANIFEST_SUFFIX)) yield `${path} has no manifest.`;
      else if (before.every((known) => known.id !== id)) readUnpacked(scene, path);
    }
  }
}

function folderOf(scene: Scene, destination: string): string {
  if (destination === 'near') return scene.near;
  if (destination === 'far') return scene.far;
  return join(scene.home, 'safety');
}

/** @throws Error when a stored database is damaged */
function readUnpacked(scene: Scene, path: string): void {
  if (path.endsWith('.age')) return;
  const stored = readFileSync(path);
  const image = path.endsWith('.gz') ? gunzipSync(stored) : path.endsWith('.zst') ? zstdDecompressSync(stored) : stored;
  const unpacked = scene.path('unpacked.db');
  writeFileSync(unpacked, image);
  readLedger(unpacked, scene.key);
  for (const suffix of ['', '-wal', '-shm']) rmSync(unpacked + suffix, { force: true });
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
    if (!BESIDE_SOURCE.test(entry)) yield `${scene.path('app')}/${entry} was left behind.`;
  for (const name of ['staging', 'outbox']) {
    const folder = join(scene.home, name);
    for (const entry of existsSync(folder) ? readdirSync(folder) : []) yield `${folder}/${entry} was left behind.`;
  }
}

/** Every destination is available: what waits to be copied to one would do so for ever. */
function* whatStillWaits(snapshots: ListedSnapshot[]): Generator<string> {
  for (const { name, copies } of snapshots)
    for (const { destinationName, state, message } of copies)
      if (state === 'waiting' || state === 'copying')
        yield `${name} still waits to be copied to ${destinationName}: ${message ?? ''}`;
}

/** The file of a snapshot, its manifest, and its attached files, which share the start of its name. */
function belongsTo(entry: string, name: string): boolean {
  const [stem = name] = name.split('.');
  return entry === name || entry === name + MANIFEST_SUFFIX || entry.startsWith(`${stem}.`);
}

/** A snapshot that an operation took away is whole in the trash of one of its folders. */
function* whatCannotBePutBack(scene: Scene, before: ListedSnapshot[], after: ListedSnapshot[]): Generator<string> {
  for (const { id, name, missing } of before) {
    if (missing || after.some((each) => each.id === id)) continue;
    const entries = [scene.near, scene.far].flatMap((folder) =>
      readdirSync(folder)
        .filter((entry) => TRASH.test(entry))
        .map((entry) => join(folder, entry, id)),
    );
    if (!entries.some((entry) => isWhole(join(entry, name)))) yield `${name} is neither listed nor whole in a trash.`;
  }
}

function isWhole(path: string): boolean {
  if (!existsSync(path) || !existsSync(path + MANIFEST_SUFFIX)) return false;
  const { stored } = JSON.parse(readFileSync(path + MANIFEST_SUFFIX, 'utf8')) as { stored: { sha256: string } };
  return hashOf(path) === stored.sha256;
}

/** Undo brings back what was there before a restore; an undo that was interrupted can be repeated. */
async function* whatCannotComeBack(scene: Scene, operation: Operation, before: Prepared): AsyncGenerator<string> {
  const wanted = operation.replaces === 'undo' ? scene.contents.new : before.content;
  if (same(contentOf(scene), wanted)) return;
  const undo = await run(scene.home, ['undo'], scene.env);
  const back = contentOf(scene);
  if (!same(back, wanted))
    yield `Undo ended with ${undo.code} and did not bring back what was there: ${JSON.stringify(back)} instead of ${JSON.stringify(wanted)}. ${undo.stderr}`;
}

const same = (one: Content | undefined, other: Content | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function hashOfTree(folder: string): string {
  if (!existsSync(folder)) return '';
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    hash.update(statSync(path).isDirectory() ? `${name}/` : `${name}=${hashOf(path)}`);
  }
  return hash.digest('hex');
}
