import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyFolder } from '../../src-main/core/engine/attached-files/folder/copy-folder.ts';
import { idLetters } from '../../src-shared/rules/names/name-pattern.ts';
import { quietContext } from '../../test/support/quiet-context.ts';
import { bytesOnDisk } from '../../test/support/trees.ts';
import { median, printTable } from './measure.ts';

/** How large a folder is measured, and where. */
export interface FolderBench {
  /** An empty folder. */
  folder: string;
  files: number;
  days: number;
}

const SMALLEST = 100_000;
const LARGEST = 900_000;
const CHANGED = 0.02;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1, 3);

/**
 * Stores a folder of recordings day after day, some of them changed each day, as `rsync --link-dest` does and as
 * Snapkeep does, taking turns. Prints the time and what each takes of the disk. Snapkeep's snapshots are synced and carry
 * the SHA-256 of every file; rsync's are neither.
 */
export async function measureFolders({ folder, files, days }: FolderBench): Promise<void> {
  if (spawnSync('rsync', ['--version']).error !== undefined) {
    process.stdout.write('folders: not measured, for rsync is not installed\n');
    return;
  }
  const source = join(folder, 'recordings');
  const places = { rsync: join(folder, 'by-rsync'), snapkeep: join(folder, 'by-snapkeep') };
  for (const path of [source, ...Object.values(places)]) mkdirSync(path);
  for (let n = 0; n < files; n++) writeRecording(source, n, 0);
  const times = { rsync: [] as number[], snapkeep: [] as number[] };
  const changedADay = Math.max(1, Math.round(files * CHANGED));
  for (let day = 0; day < days; day++) {
    for (let n = 0; day > 0 && n < changedADay; n++) writeRecording(source, (day * changedADay + n) % files, day);
    const turns = [
      async () => times.rsync.push(await timed(() => runRsync(source, places.rsync, day))),
      async () => times.snapkeep.push(await timed(() => runSnapkeep(source, places.snapkeep, day))),
    ];
    // Each is first on every other day, so that neither always finds the files in memory.
    for (const turn of day % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const use = { rsync: bytesOfSnapshots(places.rsync), snapkeep: bytesOfSnapshots(places.snapkeep) };
  const row = (name: string, by: 'rsync' | 'snapkeep'): string[] => [
    name,
    seconds(times[by][0] ?? 0),
    seconds(median(times[by].slice(1))),
    seconds(sum(times[by])),
    `${(use[by] / 1e6).toFixed(1)} MB`,
  ];
  printTable([
    [`${files} files, ${days} days, ${changedADay} changed a day`, 'first', 'a day', 'all', 'on disk'],
    row('rsync -a --delete --link-dest', 'rsync'),
    row('Snapkeep, synced and hashed', 'snapkeep'),
    ['Snapkeep / rsync', ...ratios(times), `${(use.snapkeep / use.rsync).toFixed(3)} ×`],
  ]);
  for (const path of [source, ...Object.values(places)]) rmSync(path, { recursive: true });
}

function ratios({ rsync, snapkeep }: { rsync: number[]; snapkeep: number[] }): string[] {
  const pairs = [
    [snapkeep[0] ?? 0, rsync[0] ?? 0],
    [median(snapkeep.slice(1)), median(rsync.slice(1))],
    [sum(snapkeep), sum(rsync)],
  ] as const;
  return pairs.map(([ours, theirs]) => `${(ours / theirs).toFixed(2)} ×`);
}

/** Bytes that no one can compress, as those of recordings; the same each time. */
function writeRecording(folder: string, n: number, day: number): void {
  const seed = createHash('sha256').update(`${n} ${day}`).digest();
  const bytes = SMALLEST + (seed.readUInt32LE(0) % (LARGEST - SMALLEST));
  const path = join(folder, `recording-${String(n).padStart(5, '0')}.wav`);
  writeFileSync(path, createHash('shake256', { outputLength: bytes }).update(seed).digest());
  const at = (FIRST_DAY + day * DAY_MS - 3_600_000) / 1000;
  utimesSync(path, at, at);
}

function runRsync(source: string, place: string, day: number): void {
  const link = day === 0 ? [] : [`--link-dest=${join(place, String(day - 1))}`];
  execFileSync('rsync', ['-a', '--delete', ...link, `${source}/`, `${join(place, String(day))}/`]);
}

async function runSnapkeep(source: string, place: string, day: number): Promise<void> {
  await copyFolder(
    {
      runId: 'be9c0000-0000-4000-8000-000000000000',
      sourcePath: source,
      destination: place,
      name: 'recordings',
      ending: '',
      letters: idLetters(crypto.randomUUID()),
      exclude: [],
      latestName: 'latest',
    },
    quietContext(place, { now: () => new Date(FIRST_DAY + day * DAY_MS) }),
  );
}

/** What others have still to write would otherwise be written in whoever's turn it is that syncs. */
async function timed(work: () => void | Promise<void>): Promise<number> {
  execFileSync('sync');
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function bytesOfSnapshots(place: string): number {
  return bytesOnDisk(readdirSync(place).flatMap((name) => (name === 'latest' ? [] : [join(place, name)])));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
