import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import { migrations } from '../../src-main/core/catalog/migrations.ts';
import { openDatabase } from '../../src-main/core/engine/open-database.ts';
import { folderDestination } from '../../src-main/core/jobs/places.ts';
import { systemClock } from '../../src-main/core/ports.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const AT = '2026-11-20T02:00:00.000Z';
const SAFETY = '/home/safety';

/** A catalog as the version before destinations left it, with two plans that store to folders of the same name. */
function makeEarlier(path: string): { planId: string; ids: string[] } {
  const catalog = openDatabase(path);
  for (const step of migrations.slice(0, 3)) if (typeof step === 'string') catalog.exec(step);
  catalog.pragma('user_version = 3');
  const planId = randomUUID();
  const addPlan = catalog.prepare(
    `INSERT INTO plans (id, name, source_path, destination_path, compression, verify_after_backup, created_at, updated_at)
     VALUES (?, ?, '/app.db', ?, 'gz', 1, '${AT}', '${AT}')`,
  );
  addPlan.run(planId, 'One', '/mnt/nas/Backups');
  addPlan.run(randomUUID(), 'Two', '/mnt/usb/backups');
  const addSnapshot = catalog.prepare(
    `INSERT INTO snapshots VALUES (?, ?, 'One', '/app.db', ?, ?, '${AT}', 10, 20, 'gz', ?, ?, 7, '[]', 0, 0, 0, ?, NULL)`,
  );
  const ids = Array.from({ length: 4 }, () => randomUUID());
  const [first = '', lost = '', alone = '', kept = ''] = ids;
  addSnapshot.run(first, planId, '/mnt/nas/Backups', 'a.db.gz', 'schedule', 'a'.repeat(64), 0);
  addSnapshot.run(lost, planId, '/mnt/nas/Backups', 'b.db.gz', 'manual', 'b'.repeat(64), 1);
  addSnapshot.run(alone, null, '/somewhere', 'c.db.gz', 'command', 'c'.repeat(64), 0);
  addSnapshot.run(kept, planId, SAFETY, 'd.db.zst', 'before-restore', 'd'.repeat(64), 0);
  catalog
    .prepare(
      "INSERT INTO verifications (snapshot_id, at, valid, level, message, body) VALUES (?, ?, 1, 'checked', 'ok', '{}')",
    )
    .run(first, AT);
  catalog.close();
  return { planId, ids };
}

test('folders become destinations, and snapshots keep their places, verifications and plans', () => {
  const path = join(temporaryFolder(), 'catalog.db');
  const { planId, ids } = makeEarlier(path);
  const [first = '', lost = '', alone = '', kept = ''] = ids;
  const catalog = createCatalog(path);
  folderDestination(catalog, systemClock, SAFETY, true);

  expect(catalog.destinations.list().map(({ name, settings }) => [name, settings])).toEqual([
    ['Backups', { kind: 'folder', path: '/mnt/nas/Backups', bytesPerSecond: null }],
    ['backups (2)', { kind: 'folder', path: '/mnt/usb/backups', bytesPerSecond: null }],
    ['somewhere', { kind: 'folder', path: '/somewhere', bytesPerSecond: null }],
  ]);
  const nas = catalog.destinations.byFolder('/mnt/nas/Backups')?.id;
  expect(catalog.plans.get(planId)).toMatchObject({
    destinations: [{ destinationId: nas, retention: null }],
    seal: null,
  });
  expect(catalog.snapshots.get(first)).toMatchObject({
    path: '/mnt/nas/Backups/a.db.gz',
    missing: false,
    sealed: null,
    proof: { valid: true, level: 'checked' },
    copies: [{ destinationId: nas, state: 'stored', verifiedAt: AT, valid: true }],
  });
  expect(catalog.snapshots.get(lost)).toMatchObject({ missing: true, copies: [{ state: 'missing' }] });
  expect(catalog.snapshots.get(alone)).toMatchObject({ planId: null, path: '/somewhere/c.db.gz' });
  expect(catalog.snapshots.get(kept)).toMatchObject({ path: join(SAFETY, 'd.db.zst'), copies: [], missing: false });
  catalog.close();

  const raw = openDatabase(path);
  expect(raw.pragma('foreign_key_check')).toEqual([]);
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
  raw.close();
});
