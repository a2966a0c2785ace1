import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import { printTable, timeCommand, timeScript } from './measure.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { COLUMNS, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';

/** Measures commands that only read against the start of a Node process that does nothing. */
export async function measureStart({
  folder,
  rounds,
  figures,
}: {
  folder: string;
  rounds: number;
  figures: Figures;
}): Promise<void> {
  const home = { SNAPKEEP_HOME: join(folder, 'start-home') };
  const [database, stored] = [join(folder, 'tiny.db'), join(folder, 'start-stored')];
  makeSampleDatabase(database, 1);
  mkdirSync(stored);
  timeCommand(home, 'plan', 'add', '--name', 'tiny', '--source', database, '--to', stored);
  timeCommand(home, 'backup', 'tiny');
  const node = contender('node -e 0', () => timeScript(`'${process.execPath}' -e 0`));
  const [status, list] = ['status', 'list'].map((name) => contender(`snapkeep ${name}`, () => timeCommand(home, name)));
  const contenders = [node, status, list].filter((each) => each !== undefined);
  for (let round = 0; round < Math.max(rounds, 5); round++) await takeTurns(contenders, round);
  printTable([['start', ...COLUMNS], ...rowsOf(contenders)]);
  for (const each of contenders.slice(1)) figures.times(`${each.name} against an empty Node`, timesAsFast(node, each));
}
