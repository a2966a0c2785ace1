import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../../src-main/core/core.ts';
import { enterManySnapshots } from '../../test/support/many-snapshots.ts';
import { median } from './measure.ts';
import { openCore } from './open-core.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { contender, takeTurns } from './turns.ts';

/** Backs up a tiny database whose plan keeps few snapshots, and one whose plan keeps thousands, taking turns. */
export async function measureCatalog({ folder, rounds }: { folder: string; rounds: number }): Promise<void> {
  const source = join(folder, 'tiny.db');
  makeSampleDatabase(source, 1);
  const cores: Core[] = [];
  const contenders = [];
  for (const kept of [300, 4700]) {
    const home = join(folder, `home-${kept}`);
    const destination = join(folder, `kept-${kept}`);
    mkdirSync(destination);
    const first = await openCore(home);
    const { id } = await first.call('plans.create', {
      name: 'tiny',
      sourcePath: source,
      destinations: [{ path: destination }],
    });
    await backUp(first, id);
    await first.close();
    enterManySnapshots(join(home, 'catalog.db'), kept);
    const core = await openCore(home);
    cores.push(core);
    contenders.push(contender(`${kept}`, () => backUp(core, id)));
  }
  for (let round = 0; round < rounds; round++) await takeTurns(contenders, round);
  for (const core of cores) await core.close();
  const words = contenders.map(
    ({ name, wall }) => `${Number(name).toLocaleString('en-US')} kept ${median(wall).toFixed(0)} ms`,
  );
  process.stdout.write(`catalog: a backup of a tiny database with ${words.join(', ')}\n`);
}

/** What a backup takes with all that follows it. */
async function backUp(core: Core, planId: string): Promise<{ wallMs: number; cpuMs: number }> {
  const started = performance.now();
  const before = process.cpuUsage();
  const { run } = await core.call('backups.start', { planId });
  const ended = await core.runEnded(run.id);
  await core.idle();
  if (ended.state !== 'succeeded') throw new Error(`${ended.error?.message}`);
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000 };
}
