/*
 * Tries to make the built product lose something: kills, full and vanishing disks, damaged files, other programs that
 * write. `npm run campaign -- --kills 400`, or `--short` for two minutes of it; `--only <phase>` for one part.
 */
import { parseArgs } from 'node:util';
import { damageFiles } from './phases/damage.ts';
import { fillDisks, unmountDisks } from './phases/disks.ts';
import { killAtRandomInstants } from './phases/kills.ts';
import { shareDestinations } from './phases/services.ts';
import { killAtSystemCalls } from './phases/system-calls.ts';
import { accountForCommits } from './phases/writers.ts';
import { type Extent, Tally } from './tally.ts';

const FULL: Extent = {
  kills: 400,
  systemCalls: 40,
  diskSteps: 40,
  unmounts: 40,
  damagedFiles: 3000,
  writerSeconds: 120,
  rounds: 200,
  remoteServices: true,
  seed: 1,
};
const SHORT: Extent = {
  kills: 18,
  systemCalls: 2,
  diskSteps: 3,
  unmounts: 2,
  damagedFiles: 15,
  writerSeconds: 8,
  rounds: 4,
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
};

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean' },
    only: { type: 'string' },
  },
});
const size = values.short ? SHORT : FULL;
const extent = { ...size, kills: Number(values.kills ?? size.kills), seed: Number(values.seed ?? size.seed) };
const chosen = Object.entries(PHASES).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0)
  throw new Error(`There is no phase ${values.only}. There are: ${Object.keys(PHASES).join(', ')}.`);

const tallies: Tally[] = [];
for (const [name, attempt] of chosen) {
  const tally = new Tally(name);
  tallies.push(tally);
  await attempt(extent, tally);
  const { attempts, violations, leftOut, seconds } = tally;
  console.log(
    `${name.padEnd(16)} ${String(attempts).padStart(6)} attempts ${String(violations.length).padStart(4)} violations ${seconds.toFixed(0).padStart(6)} s`,
  );
  for (const { attempt, what } of violations) console.log(`  ${attempt}: ${what}`);
  for (const why of leftOut) console.log(`  left out: ${why}`);
}
const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
const violations = sum((tally) => tally.violations.length);
console.log(`${sum(({ attempts }) => attempts)} attempts, ${violations} violations`);
process.exitCode = violations === 0 ? 0 : 1;
