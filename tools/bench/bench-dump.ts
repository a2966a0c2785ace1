import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { printTable, type Took, timeScript } from './measure.ts';
import { COLUMNS, contender, rowsOf, takeTurns } from './turns.ts';

/** Where and how often to measure. */
export interface DumpBench {
  database: string;
  folder: string;
  rounds: number;
}

/** Measures writing and reading SQL dumps against SQLite's shell, taking turns, and prints the medians. */
export async function measureDump({ database, folder, rounds }: DumpBench): Promise<void> {
  const [ours, theirs, copy] = [join(folder, 'ours.sql'), join(folder, 'shell.sql'), join(folder, 'copy.db')];
  const memory: number[] = [];
  const snapkeep = (task: 'write' | 'read', from: string, to: string) => (): Took => {
    rmSync(to, { force: true });
    const program = join(import.meta.dirname, 'measure-dump.ts');
    const took = timeScript(`'${process.execPath}' '${program}' ${task} '${from}' '${to}'`);
    memory.push((JSON.parse(took.output) as { peakMemoryMb: number }).peakMemoryMb);
    return took;
  };
  const shell = (dump: string) => (): Took => {
    rmSync(copy, { force: true });
    return timeScript(`sqlite3 ${copy} < ${dump}`);
  };
  const writers = [
    contender('sqlite3 .dump', () => timeScript(`sqlite3 ${database} .dump > ${theirs}`)),
    contender('Snapkeep', snapkeep('write', database, ours)),
  ];
  const readers = [
    contender('sqlite3 < its own dump', shell(theirs)),
    contender('sqlite3 < Snapkeep’s dump', shell(ours)),
    contender('Snapkeep, the shell’s dump', snapkeep('read', theirs, copy)),
    contender('Snapkeep, its own dump', snapkeep('read', ours, copy)),
  ];
  for (let round = 0; round < rounds; round++) {
    process.stdout.write(`round ${round + 1} of ${rounds}\n`);
    await takeTurns(writers, round);
    await takeTurns(readers, round);
  }
  printTable([['write a dump', ...COLUMNS], ...rowsOf(writers), ['read a dump', '', '', ''], ...rowsOf(readers)]);
  process.stdout.write(`peak memory ${Math.max(...memory).toFixed(0)} MB\n`);
  for (const path of [ours, theirs, copy]) rmSync(path, { force: true });
}
