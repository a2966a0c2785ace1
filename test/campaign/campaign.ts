/*
 * Tries to make the built product lose something: kills, full and vanishing disks, damaged files, other programs that
 * write. `npm run campaign -- --kills 400`, or `--short` for two minutes of it; `--only <phase>` for one part,
 * `--operation <name>` for one operation; `--system-calls all` for each system call instead of some.
 */
import { parseArgs } from 'node:util';
import { cleanUpLater } from './clean-up.ts';
import { runInside } from './namespaces.ts';
import { OPERATIONS, operationOf } from './operations.ts';
import { damageFiles } from './phases/damage.ts';
import { fillDisks, unmountDisks } from './phases/disks.ts';
import { killHistories } from './phases/history.ts';
import { killAtRandomInstants } from './phases/kills.ts';
import { shareDestinations } from './phases/services.ts';
import { killAtSystemCalls } from './phases/system-calls.ts';
import { accountForCommits } from './phases/writers.ts';
import { type Extent, Tally } from './tally.ts';

const FULL: Extent = {
  operations: OPERATIONS,
  kills: 400,
  historyKills: 400,
  systemCalls: 40,
  tracedOperations: Number.POSITIVE_INFINITY,
  diskSteps: 40,
  fullDisks: Number.POSITIVE_INFINITY,
  unmounts: 60,
  damagedFiles: 3000,
  writerSeconds: 180,
  rounds: 200,
  remoteServices: true,
  seed: 1,
};
const SHORT: Extent = {
  operations: OPERATIONS,
  kills: 10,
  historyKills: 2,
  systemCalls: 1,
  tracedOperations: 6,
  diskSteps: 40,
  fullDisks: 8,
  unmounts: 3,
  damagedFiles: 8,
  writerSeconds: 9,
  rounds: 3,
  remoteServices: false,
  seed: 1,
};

const PHASES: Record<string, (extent: Extent, tally: Tally) => Promise<void>> = {
  kills: killAtRandomInstants,
  'system calls': killAtSystemCalls,
  'full disks': fillDisks,
  unmounts: unmountDisks,
  writers: accountForCommits,
  services: shareDestinations,
  damage: damageFiles,
  history: killHistories,
};

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean' },
    only: { type: 'string' },
    operation: { type: 'string' },
    'system-calls': { type: 'string' },
  },
});
const size = values.short ? SHORT : FULL;
const extent = {
  ...size,
  operations: values.operation === undefined ? size.operations : [operationOf(values.operation)],
  kills: Number(values.kills ?? size.kills),
  historyKills: Number(values.kills ?? size.historyKills),
  seed: Number(values.seed ?? size.seed),
  systemCalls: countOf(values['system-calls'] ?? String(size.systemCalls)),
};
const chosen = Object.entries(PHASES).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0)
  throw new Error(`There is no phase ${values.only}. There are: ${Object.keys(PHASES).join(', ')}.`);

/** @throws Error for what is neither a count nor `all` */
function countOf(given: string): number {
  const count = given === 'all' ? Number.POSITIVE_INFINITY : Number(given);
  if (!(count >= 1)) throw new Error(`--system-calls takes a number or all, not ${given}.`);
  return count;
}

/** Tries everything that was chosen, and tells what came of it; also of what was tried until it was interrupted. */
async function campaign(): Promise<number> {
  console.log(`Seed ${extent.seed}`);
  const tallies: Tally[] = [];
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  const violations = (): number => sum((tally) => tally.violations.length);
  const conclude = cleanUpLater(() =>
    console.log(`${sum(({ attempts }) => attempts)} attempts, ${violations()} violations`),
  );
  for (const [name, attempt] of chosen) {
    const tally = new Tally(name);
    tallies.push(tally);
    const report = cleanUpLater(() => console.log(tally.summary));
    try {
      await attempt(extent, tally);
    } catch (error) {
      tally.fail('the phase itself', error);
    }
    report();
  }
  conclude();
  return violations() === 0 ? 0 : 1;
}

process.exit((await runInside()) ?? (await campaign()));
