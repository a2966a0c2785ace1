import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderAt, save, settle, statesAt, storeTo } from '../support/places.ts';
import { contentsOf, expectNothingLeft, onPhase, setScene } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

/** Acts as soon as a folder has a file whose name fits. */
function whenThere(folder: string, fits: RegExp, act: () => void): void {
  let looking = true;
  onTestFinished(() => {
    looking = false;
  });
  void (async () => {
    while (looking && !readdirSync(folder).some((name) => fits.test(name))) await nextTurn();
    if (looking) act();
  })();
}

/** What is where the disk was mounted. */
type Remains = 'nothing' | 'an empty folder' | 'a folder with a file of the same name';

describe.each<Remains>(['nothing', 'an empty folder', 'a folder with a file of the same name'])(
  'a disk that vanishes during a copy and leaves %s keeps the copy waiting',
  (remains) => {
    test.each([
      ['while the manifest is written', /\.manifest\.json\..*partial$/],
      ['as the upload of the snapshot begins', null],
      ['once the snapshot is there', /\.db\.gz$/],
    ])('%s', async (_when, fits) => {
      const scene = await setScene({ rows: 20_000 });
      const { core, plan, folder, destination } = scene;
      const second = join(folder, 'second');
      const nas = await save(core, folderAt(second, 'NAS'));
      await storeTo(scene, plan.destinations[0]?.destinationId ?? '', nas);
      let vanished = false;
      const vanish = (): void => {
        vanished = true;
        renameSync(second, `${second} away`);
        if (remains !== 'nothing') mkdirSync(second);
        if (remains !== 'a folder with a file of the same name') return;
        const name = readdirSync(destination).find((each) => each.endsWith('.db.gz')) ?? '';
        writeFileSync(join(second, name), 'another');
      };
      if (fits === null) onPhase(core, 'copy', 'uploading', vanish);
      else whenThere(second, fits, vanish);
      await succeed(core, 'backups.start', { planId: plan.id });
      await settle(core);
      expect(vanished).toBe(true);
      expect(await statesAt(core, nas)).toEqual(['waiting']);
      expect(await core.call('plans.get', { planId: plan.id })).toMatchObject({ state: 'waiting' });
      const [copy] = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'copy');
      expect(copy).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });

      rmSync(second, { recursive: true, force: true });
      renameSync(`${second} away`, second);
      await core.call('destinations.catchUp', { destinationId: nas });
      await settle(core);
      expect(await statesAt(core, nas)).toEqual(['stored']);
      expect(contentsOf(second)).toEqual(contentsOf(destination));
      expectNothingLeft(scene);
    });
  },
);
