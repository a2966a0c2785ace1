import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Figures } from './figures.ts';
import { changeNotes, HistoryScene } from './history-scene.ts';
import { median, printTable } from './measure.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { rowsOf, takeTurns } from './turns.ts';

/** What is measured, and where. */
interface HistoryYearBench {
  folder: string;
  megabytes: number;
  rounds: number;
  figures: Figures;
  /** How many points a day, an hour and a minute apart. */
  points?: { days: number; hours: number; minutes: number };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR = { days: 365, hours: 48, minutes: 120 };

/**
 * A year of a database of which 1 % of the rows change each day: a point a day, then two days with one an hour and two
 * hours with one a minute, pruned as the service does. The clock is put forward instead of waiting. Prints what all of it
 * takes, and what restoring any of it takes beside a full snapshot.
 */
export async function measureHistoryYear({
  folder,
  megabytes,
  rounds,
  figures,
  points: { days, hours, minutes } = YEAR,
}: HistoryYearBench): Promise<void> {
  const place = join(folder, 'year');
  mkdirSync(place);
  const source = join(place, 'app.db');
  process.stdout.write(`making ${megabytes} MB, and a year of it …\n`);
  makeSampleDatabase(source, megabytes);
  const scene = new HistoryScene(place, source);
  scene.clock.ms = -(days + 4) * DAY_MS;
  await scene.start({ minutesForHours: 2, hoursForDays: 2, daysForDays: days, monthsForMonths: 12 });
  const database = new Database(source);
  database.pragma('synchronous = OFF');
  await scene.capture();
  const first = scene.bytes;
  const few = database.prepare('UPDATE notes SET title = title || ? WHERE id = ?');
  const next = async (afterMs: number, change: () => void): Promise<void> => {
    scene.clock.ms += afterMs;
    change();
    await scene.capture();
  };
  for (let day = 0; day < days; day++) {
    await next(DAY_MS, () => changeNotes(database, day));
    if (day % 10 === 9) await scene.prune();
  }
  for (let hour = 0; hour < hours; hour++) await next(HOUR_MS, () => few.run('.', hour + 1));
  await scene.prune();
  for (let minute = 0; minute < minutes; minute++) await next(MINUTE_MS, () => few.run('.', minute + 1));
  // What a merge makes superfluous goes with the next one.
  for (let times = 0; times < 3; times++) await scene.prune();
  database.close();
  const points = await scene.points();
  await scene.stop();
  const target = join(place, 'restored.db');
  const every = Math.max(1, Math.floor(points.length / 8));
  const chosen = points.filter((_, at) => at % every === 0);
  const full = scene.restore('full snapshot, zstd', target, [scene.fullSnapshot(join(place, 'full'))]);
  const ofPoints = chosen.map(({ txid }) => scene.restore(`point ${txid}`, target, ['measured', '--point', `${txid}`]));
  for (let round = 0; round < rounds; round++) await takeTurns([full, ...ofPoints], round);
  printTable([[`a year, ${points.length} points`, 'median', 'CPU', 'as fast'], ...rowsOf([full, ...ofPoints])]);
  const slowest = Math.max(...ofPoints.map(({ wall }) => median(wall))) / median(full.wall);
  const times = scene.bytes / first;
  figures.times(`a year of ${points.length} points, of the size of its first`, times);
  figures.times('restore of its slowest point, of the time of a full snapshot', slowest);
  figures.target('restore of the slowest point of a year', slowest, { most: 1.5 });
  rmSync(place, { recursive: true });
}
