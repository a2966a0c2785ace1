import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Figures } from './figures.ts';
import { printTable, type Took, timeCommand, timeScript } from './measure.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { COLUMNS, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';

/** What a day changes in the sample database. */
const DAY = `UPDATE notes SET body = body || 'x' WHERE id % 1000 = 7; DELETE FROM notes WHERE id BETWEEN 1000 AND 1214;
  UPDATE accounts SET balance = 1; INSERT INTO files VALUES (100000000, 'new', x'00')`;

/** Compares two states of a database with `sqldiff --summary`, taking turns, and prints the medians. */
export async function measureCompare({
  folder,
  megabytes,
  rounds,
  figures,
}: {
  folder: string;
  megabytes: number;
  rounds: number;
  figures: Figures;
}): Promise<void> {
  const [before, after] = [join(folder, 'before.db'), join(folder, 'after.db')];
  process.stdout.write(`making two states of ${megabytes} MB …\n`);
  makeSampleDatabase(before, megabytes);
  copyFileSync(before, after);
  const database = new Database(after);
  database.exec(DAY);
  database.close();
  const memory: number[] = [];
  const program = join(import.meta.dirname, 'measure-compare.ts');
  const theirs = contender('sqldiff --summary', () => timeScript(`sqldiff --summary '${before}' '${after}'`));
  const ours = contender('Snapkeep', (): Took => {
    const took = timeScript(`'${process.execPath}' '${program}' '${before}' '${after}'`);
    memory.push((JSON.parse(took.output) as { peakMemoryMb: number }).peakMemoryMb);
    return took;
  });
  // As a person types it: both are copied first, for a program may have them open.
  const environment = { SNAPKEEP_HOME: join(folder, 'compare-home') };
  const whole = contender('snapkeep diff', () => timeCommand(environment, 'diff', before, after));
  const contenders = [theirs, ours, whole];
  for (let round = 0; round < rounds; round++) await takeTurns(contenders, round);
  printTable([['compare two states', ...COLUMNS], ...rowsOf(contenders)]);
  figures.times('compare two states against sqldiff --summary', timesAsFast(ours, theirs));
  figures.megabytes('the same, peak memory', Math.max(...memory));
  figures.times('diff as a whole command against sqldiff --summary', timesAsFast(whole, theirs));
  for (const path of [before, after]) rmSync(path);
}
