import { closeSync, copyFileSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { packPage } from '../../src-main/core/engine/ltx/lz4-block.ts';
import { bytesOnDisk } from '../../test/support/trees.ts';
import { measureHistoryYear } from './bench-history-year.ts';
import { Writer } from './bench-live.ts';
import type { Figures } from './figures.ts';
import { litestreamOf, rivalsOf } from './history-rivals.ts';
import { changeNotes, HistoryScene } from './history-scene.ts';
import { median, printTable } from './measure.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { type Contender, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';
import type { WriterReport } from './writer.ts';

/** What is measured, and where. */
export interface HistoryBench {
  /** An empty folder. */
  folder: string;
  megabytes: number;
  rounds: number;
  figures: Figures;
}

/**
 * Measures a history: captures of 1 % changed rows beside the scripts and programs that people use, with what each then
 * takes of the disk; what a program that writes notices; restores of points beside one of a full snapshot; and the size of
 * a year. Prints whether each target is reached.
 */
export async function measureHistory({ folder, megabytes, rounds, figures }: HistoryBench): Promise<void> {
  const place = join(folder, 'history');
  mkdirSync(place);
  const source = join(place, 'app.db');
  process.stdout.write(`making ${megabytes} MB …\n`);
  makeSampleDatabase(source, megabytes);
  const scene = new HistoryScene(place, source);
  await scene.start();
  await measureCaptures({ place, source, scene, megabytes, rounds, figures });
  await measureWriter(source, scene, rounds, figures);
  await measureRestores(place, scene, rounds, figures);
  rmSync(place, { recursive: true });
  await measureHistoryYear({ folder, megabytes: megabytes / 10, rounds, figures });
}

interface CapturesBench {
  place: string;
  source: string;
  scene: HistoryScene;
  megabytes: number;
  rounds: number;
  figures: Figures;
}

async function measureCaptures({ place, source, scene, megabytes, rounds, figures }: CapturesBench): Promise<void> {
  let round = 0;
  const ours = contender('Snapkeep, capture stored', async () => ({ wallMs: await scene.capture(), cpuMs: 0 }));
  const rivals = [
    ...rivalsOf(place, source),
    ...litestreamOf(place, source, (database) => changeNotes(database, round)),
  ];
  const all: Contender[] = [ours, ...rivals];
  const sizes = (): number[] => [scene.bytes, ...rivals.map(({ store }) => bytesOnDisk([store]))];
  // The first time is a full copy for each, and not what is compared.
  for (const { once } of all) await once();
  const before = sizes();
  let packedBytes = 0;
  for (; round < rounds; round++) {
    process.stdout.write(`captures: round ${round + 1} of ${rounds}\n`);
    copyFileSync(source, join(place, 'before.db'));
    changeSource(source, round);
    packedBytes += packedChanges(join(place, 'before.db'), source);
    await takeTurns(all, round);
  }
  const growth = sizes().map((bytes, at) => (bytes - (before[at] ?? 0)) / rounds);
  const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  printTable([
    [`1 % of the rows of ${megabytes} MB changed`, 'median', 'as fast', 'growth'],
    ...rowsOf(all).map(([name = '', wall = '', , faster = ''], at) => [
      name,
      wall,
      faster,
      inMegabytes(growth[at] ?? 0),
    ]),
  ]);
  const [grown = 0, ...others] = growth;
  const perRound = packedBytes / rounds;
  for (const [at, rival] of rivals.entries()) {
    const faster = timesAsFast(ours, rival);
    const share = grown / (others[at] ?? 0);
    figures.times(`capture against ${rival.name}`, faster);
    figures.percent(`growth by a capture, of that of ${rival.name}`, share);
    if (rival.name.endsWith('gzip')) figures.target('capture against .backup and gzip', faster, { least: 8 });
    if (!rival.name.endsWith('restic')) continue;
    figures.target('capture against .backup and restic', faster, { least: 2 });
    figures.target('growth, of that of restic', share, { most: 0.2 });
  }
  figures.hundredths('growth by a capture, of the LZ4 size of the changed pages', grown / perRound);
  figures.target('growth, of the LZ4 size of the changed pages', grown / perRound, { most: 1.3 });
}

function changeSource(source: string, round: number): void {
  const database = new Database(source);
  database.pragma('synchronous = OFF');
  changeNotes(database, round);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** What the pages that differ between two files take as LZ4 blocks. */
function packedChanges(before: string, after: string): number {
  const files = [openSync(before, 'r'), openSync(after, 'r')] as const;
  const [old, now] = [Buffer.alloc(4096), Buffer.alloc(4096)];
  let bytes = 0;
  for (let at = 0; readSync(files[1], now, 0, now.length, at) > 0; at += now.length)
    if (readSync(files[0], old, 0, old.length, at) === 0 || !old.equals(now)) bytes += packPage(now).length;
  for (const file of files) closeSync(file);
  return bytes;
}

/** A minute of 500 commits a second, in which captures go on. */
async function measureWriter(source: string, scene: HistoryScene, rounds: number, figures: Figures): Promise<void> {
  const writer = new Writer(source);
  await writer.next();
  const [alone, during]: [WriterReport[], WriterReport[]] = [[], []];
  const pauseMs = 60_000 / rounds / 2;
  for (let round = 0; round < rounds; round++) {
    await writer.report();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    alone.push(await writer.report());
    const until = performance.now() + pauseMs;
    while (performance.now() < until) await scene.capture();
    during.push(await writer.report());
  }
  writer.stop();
  const p99 = (reports: readonly WriterReport[]): number => median(reports.map(({ p99Ms }) => p99Ms));
  const slower = p99(during) / p99(alone);
  printTable([
    ['500 commits/s', 'alone', 'while captured', 'ratio'],
    ['p99 of a commit', `${p99(alone).toFixed(2)} ms`, `${p99(during).toFixed(2)} ms`, `${slower.toFixed(2)} ×`],
  ]);
  figures.times('p99 of the writer while its changes are captured against alone', slower);
  figures.target('p99 of the writer', slower, { most: 2 });
}

/** The newest point, one in the middle and the oldest, beside a full snapshot. */
async function measureRestores(place: string, scene: HistoryScene, rounds: number, figures: Figures): Promise<void> {
  const points = await scene.points();
  await scene.stop();
  const target = join(place, 'restored.db');
  const full = ['full snapshot, zstd', [scene.fullSnapshot(join(place, 'full'))]] as const;
  const chosen = [points[0], points[Math.floor(points.length / 2)], points.at(-1)].map(
    (point, at) => [`point, ${['newest', 'middle', 'oldest'][at]}`, ['measured', '--point', `${point?.txid}`]] as const,
  );
  const all = [full, ...chosen].map(([name, what]) => scene.restore(name, target, what));
  for (let round = 0; round < rounds; round++) await takeTurns(all, round);
  printTable([[`restore, of ${points.length} points`, 'median', 'CPU', 'as fast'], ...rowsOf(all)]);
  const [fully, ...ofPoints] = all;
  const slowest = Math.max(...ofPoints.map(({ wall }) => median(wall))) / median(fully?.wall ?? []);
  const memory = await scene.restoreMemory(target, chosen[0]?.[1] ?? []);
  figures.times('restore of the slowest point, of the time of a full snapshot', slowest);
  figures.megabytes('peak memory of a restore of a point', memory);
  figures.target('restore of the slowest point, of the time of a full snapshot', slowest, { most: 1.5 });
  figures.target('peak memory of a restore of a point, in MB', memory, { most: 250 });
}
