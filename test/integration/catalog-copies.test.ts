import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { restoreCatalog } from '../../src-main/core/catalog/restore-catalog.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { setScene } from '../support/scene.ts';
import { startTestCore, testPorts } from '../support/test-core.ts';

const DAY = 86_400_000;

test('the catalog is copied once a day, the newest three are kept, and a damaged one names the newest', async () => {
  const clock = new FakeClock(Date.parse('2026-11-20T02:00:00Z'));
  const { core, home, plan } = await setScene({ ports: { clock }, plan: { schedule: { kind: 'manual' } } });
  const copies = join(home, 'catalog-copies');
  const made: string[][] = [];
  for (let day = 0; day < 5; day++) {
    await core.serveDue();
    await core.serveDue();
    made.push(readdirSync(copies).sort());
    clock.jump(DAY);
  }
  expect(made.map(({ length }) => length)).toEqual([1, 2, 3, 3, 3]);
  expect(made[4]?.map((name) => name.slice(0, 14))).toEqual(['catalog-000003', 'catalog-000004', 'catalog-000005']);
  const newest = join(copies, made[4]?.[2] ?? '');
  expect([statSync(copies).mode & 0o777, statSync(newest).mode & 0o777]).toEqual([0o700, 0o600]);
  await core.close();

  const catalogFile = join(home, 'catalog.db');
  for (const suffix of ['-wal', '-shm']) rmSync(`${catalogFile}${suffix}`, { force: true });
  writeFileSync(catalogFile, 'garbage '.repeat(500));
  await expect(createCore({ dataFolder: home, ports: testPorts })).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining(catalogFile),
    hint: expect.stringMatching(/the automatic copy of 2026-11-24 02:00 UTC: snapkeep catalog restore/),
  });

  // As the hint says.
  await restoreCatalog(home, 'cli', 'copy');
  const again = await startTestCore(home);
  expect((await again.call('plans.list', {})).map((each) => each.plan.id)).toEqual([plan.id]);
});
