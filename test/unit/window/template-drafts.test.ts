import { expect, test } from 'vitest';
import { wantedParts, withChoices } from '../../../src-renderer/features/templates/group-draft.ts';
import { templateId, templateOfPlan } from '../../../src-renderer/features/templates/template-of-plan.ts';
import { NO_HISTORY } from '../../../src-shared/model/history/history-settings.ts';
import { Plan } from '../../../src-shared/model/plan.ts';
import type { AppliedPart } from '../../../src-shared/model/third-party/template-use.ts';
import { expandLocations } from '../../../src-shared/third-party/template-locations.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';
import { builtInTemplate } from '../../../src-shared/third-party/templates/built-in.ts';

const NAMES = { name: 'My Box', purpose: 'Keeps my box.' };
const PLAN = Plan.parse({
  id: '00000000-0000-4000-8000-000000000001',
  name: 'box',
  sameInstant: false,
  history: NO_HISTORY,
  tags: [],
  sourceKind: 'database',
  sourcePath: '/opt/box/box.db',
  destinations: [{ destinationId: '00000000-0000-4000-8000-000000000002', retention: null }],
  namePattern: 'box-{date}',
  compression: 'none',
  schedule: { kind: 'daily', time: '03:00' },
  timeZone: null,
  retention: { keepLast: 5 },
  encryption: null,
  verifyAfterBackup: true,
  restoreTest: {
    schedule: { kind: 'manual' },
    withinDays: null,
    checks: [
      { name: 'songs', sql: 'SELECT count(*) FROM "so""ngs"', operator: '>=', value: '0' },
      { name: 'own', sql: 'SELECT 1', operator: '=', value: '1' },
    ],
  },
  method: 'compact',
  schemaVersion: { sql: 'SELECT max(version) FROM migrations' },
  lockFiles: ['box.lock'],
  attachedFiles: [
    { name: 'generated', path: '/opt/box/generated', kind: 'folder', exclude: ['cache/'] },
    { name: 'elsewhere', path: '/etc/box.toml', kind: 'file', exclude: [] },
  ],
  group: null,
  timeLimitMinutes: null,
  paused: null,
  key: null,
  createdAt: '2026-11-21T00:00:00.000Z',
  updatedAt: '2026-11-21T00:00:00.000Z',
});

test('a plan becomes a template that can be read, and says what is not in it', () => {
  const { template, leftOut } = templateOfPlan(PLAN, NAMES, 'linux', '/mnt/nas');
  const read = parseTemplate(JSON.stringify(template));
  expect(read).toMatchObject({ id: 'my-box', name: 'My Box', destination: { linux: ['/mnt/nas'], windows: [] } });
  expect(read.parts).toMatchObject([
    {
      kind: 'database',
      locations: { linux: ['/opt/box/box.db'] },
      namePattern: 'box-{date}',
      method: 'compact',
      attachedFiles: [{ path: 'generated', kind: 'folder', exclude: ['cache/'] }],
      counts: ['so"ngs'],
      schemaVersion: { sql: 'SELECT max(version) FROM migrations' },
      lockFiles: ['box.lock'],
    },
  ]);
  expect(leftOut).toEqual(['/etc/box.toml, because it is not in the folder of box.db']);
});

test.each(['folder', 'file', 'image'] as const)('a plan of a %s becomes a template of one', (kind) => {
  const attachedFiles = [{ name: 'data', path: '/opt/vault/data', kind, exclude: [] }];
  const plan: Plan = { ...PLAN, sourceKind: 'files', sourcePath: '/opt/vault/data', method: 'online', attachedFiles };
  const { template, leftOut } = templateOfPlan(plan, NAMES, 'linux', null);
  expect(parseTemplate(JSON.stringify(template)).parts).toMatchObject([{ kind, name: 'data' }]);
  expect(leftOut).toEqual([]);
});

test('an id is made of any name', () => {
  expect(['Zürich Büro 2', '2026', 'x'.repeat(50), '—'].map(templateId)).toEqual([
    'zurich-buro-2',
    'template',
    'x'.repeat(40),
    'template',
  ]);
});

test('what was chosen for a group takes the place of what the template says', () => {
  const built = builtInTemplate('pisovereign');
  if (built === undefined) throw new Error('It comes with Snapkeep.');
  const text = withChoices(templateText(built), { paths: { vault: ' /srv/vault ', image: '' }, folder: '/mnt/nas' });
  const machine = { platform: 'linux', environment: {}, home: '/home/you', folder: null } as const;
  const { parts, destination } = parseTemplate(text);
  const storedDestinations = (id: string) =>
    parts.filter((part) => part.id === id).flatMap(({ locations }) => expandLocations(locations, machine));
  expect(storedDestinations('vault')).toEqual(['/srv/vault']);
  expect(storedDestinations('image')).toEqual(['/dev/mmcblk0', '/dev/nvme0n1']);
  expect(expandLocations(destination, machine)).toEqual(['/mnt/nas']);
});

test('what is nowhere here is not wanted, and what is optional only when somebody says so', () => {
  const part = (id: string, optional: boolean, sourcePath: string | null) =>
    ({ id, optional, draft: { sourcePath } }) as unknown as AppliedPart;
  const parts = [part('a', false, '/a'), part('b', true, '/b'), part('c', false, null)];
  const ids = (wanted: Record<string, boolean>) => wantedParts(parts, { wanted }).map(({ id }) => id);
  expect(ids({})).toEqual(['a']);
  expect(ids({ a: false, b: true, c: true })).toEqual(['b']);
});
