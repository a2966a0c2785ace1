import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Figures } from './figures.ts';
import { openCore } from './open-core.ts';
import { makeSampleDatabase } from './sample-database.ts';

const OUT = resolve(import.meta.dirname, '../../out/main');
const PLANS = 60;
/** How long a clock tick of Linux's process times is, in milliseconds (USER_HZ). */
const TICK_MS = 10;

/**
 * Measures a service, as `snapkeep serve` starts it, that has 60 plans on schedules and nothing to do, and then one that
 * backs up a database every minute. On Linux.
 * @param minutes how long the idle one is watched; the other one, six times as long
 */
export async function measureIdle({
  folder,
  minutes,
  figures,
}: {
  folder: string;
  minutes: number;
  figures: Figures;
}): Promise<void> {
  const idle = await watch(await makePlans(join(folder, 'idle'), PLANS, '0 3 * * *'), minutes);
  figures.megabytes('memory of the idle service, 60 plans', idle.memory.at(-1) ?? Number.NaN);
  figures.hundredths('CPU of the idle service, 60 plans, share of a core', idle.cpuShare);
  const busy = await watch(await makePlans(join(folder, 'busy'), 1, '* * * * *'), minutes * 6);
  process.stdout.write(`a plan a minute: ${busy.memory.map((each) => each.toFixed(0)).join(' ')} MB\n`);
  figures.megabytes('growth of the service with a plan a minute, last third against the second', growth(busy.memory));
}

/** Makes plans that have a first snapshot. @returns the data folder */
async function makePlans(folder: string, count: number, cron: string): Promise<string> {
  mkdirSync(join(folder, 'stored'), { recursive: true });
  const home = join(folder, 'home');
  const core = await openCore(home);
  for (let n = 0; n < count; n++) {
    const sourcePath = join(folder, `app-${n}.db`);
    makeSampleDatabase(sourcePath, 1);
    const { id: planId } = await core.call('plans.create', {
      name: `app ${n}`,
      sourcePath,
      destinations: [{ path: join(folder, 'stored') }],
      schedule: { kind: 'cron', expression: cron },
    });
    const { run } = await core.call('backups.start', { planId });
    const { state, error } = await core.runEnded(run.id);
    if (state !== 'succeeded') throw new Error(`${error?.message}`);
  }
  await core.idle();
  await core.close();
  return home;
}

/** Starts the service and watches it, after a minute in which it settles. */
async function watch(home: string, minutes: number): Promise<{ memory: number[]; cpuShare: number }> {
  const service = spawn(process.execPath, [join(OUT, 'cli.cjs'), 'serve', '--port', '0'], {
    env: { ...process.env, SNAPKEEP_HOME: home },
    stdio: 'ignore',
  });
  try {
    await setTimeout(60_000);
    const [before, started] = [cpuMs(service), performance.now()];
    const memory = [];
    for (let minute = 0; minute < minutes; minute++) {
      await setTimeout(60_000);
      memory.push(residentMegabytes(service));
    }
    return { memory, cpuShare: (cpuMs(service) - before) / (performance.now() - started) };
  } finally {
    const ended = once(service, 'exit');
    service.kill('SIGTERM');
    await ended;
  }
}

/** How much more memory the last third of the values has than the second, by their means. */
function growth(memory: readonly number[]): number {
  const third = Math.floor(memory.length / 3);
  const mean = (from: number): number =>
    memory.slice(from, from + third).reduce((sum, value) => sum + value, 0) / third;
  return mean(memory.length - third) - mean(memory.length - 2 * third);
}

/** The CPU time that a process itself has taken, user and system. */
function cpuMs({ pid }: ChildProcess): number {
  // The name of the program, in parentheses, may have spaces; what follows it does not.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function residentMegabytes({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}
