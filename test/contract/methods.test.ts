import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Dialogs, Keychain } from '../../src-main/core/ports.ts';
import { type EventName, events } from '../../src-shared/contract/events.ts';
import { type MethodName, methods } from '../../src-shared/contract/methods.ts';
import { appendEntries, makeDatabase } from '../support/databases.ts';
import { prepareRestore, restore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { type SftpServer, startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { manifestOf } from '../support/stored-files.ts';
import { startTestCore } from '../support/test-core.ts';

type Given = Record<string, unknown>;

interface MethodCase {
  /** Params of a call that must succeed. */
  good(scene: Scene): Given | Promise<Given>;
  /** Params that fit, and name something that is not there; `null` where there is nothing to name. */
  missing: ((scene: Scene) => Given) | null;
  /** What is answered to {@link missing}; `NOT_FOUND` by default. */
  missingCode?: string;
  /** Params that do not fit, beside an extra one. */
  wrong: Given;
}

const snapshotOf = async (scene: Scene): Promise<string> => (await takeBackup(scene)).id;
const nobody = randomUUID();
const nothing = { good: () => ({}), missing: null, wrong: { something: 1 } };
const noPlan = () => ({ planId: nobody });
const planOf = ({ plan }: Scene) => ({ planId: plan.id });
const destinationOf = ({ plan }: Scene) => ({ destinationId: plan.destinations[0]?.destinationId });
const gone = ({ folder }: Scene) => join(folder, 'gone.db');

const NOTES_TEMPLATE = JSON.stringify({
  id: 'notes',
  name: 'Notes',
  purpose: 'Keeps the notes.',
  parts: [{ id: 'database', name: 'Database', kind: 'database', places: { linux: ['~/.notes/notes.db'] } }],
});

/** A folder with one backup that another program has made, and a file that is none. */
function foreignFolder({ folder }: Scene) {
  const path = join(folder, 'foreign');
  mkdirSync(path);
  makeDatabase(join(path, 'app-2024-01-15.db'), { journalMode: 'delete' });
  writeFileSync(join(path, 'notes.txt'), 'x');
  return { path };
}

/** A folder with a snapshot of another service, and what recovers its plan. */
async function recoverableFolder(scene: Scene) {
  const taken = await takeBackup(scene);
  const path = join(scene.folder, 'elsewhere');
  mkdirSync(path);
  const manifest = manifestOf(taken.path);
  const [id, serviceId, planId] = [randomUUID(), randomUUID(), randomUUID()];
  const service = { id: serviceId, runId: id };
  cpSync(taken.path, join(path, taken.name));
  writeFileSync(
    join(path, `${taken.name}.manifest.json`),
    JSON.stringify({ ...manifest, id, service, plan: { ...manifest.plan, id: planId } }),
  );
  return { path, plans: [{ serviceId, planId, name: 'Recovered', sourcePath: scene.source, snapshotIds: [id] }] };
}

let ssh: SftpServer | undefined;
afterAll(() => ssh?.stop());

/** One case for every method; a missing one does not compile. */
const cases: Record<MethodName, MethodCase> = {
  'app.info': nothing,
  'settings.get': nothing,
  'settings.update': {
    good: () => ({ theme: 'dark', lockWaitSeconds: 5 }),
    missing: null,
    wrong: { lockWaitSeconds: 0 },
  },
  'plans.list': nothing,
  'plans.check': nothing,
  'plans.get': { good: planOf, missing: noPlan, wrong: { planId: 'x' } },
  'plans.create': {
    good: ({ source, destination }) => ({
      name: 'Other',
      sourcePath: source,
      destinations: [{ path: destination }],
    }),
    missing: (scene) => ({
      name: 'Other',
      sourcePath: gone(scene),
      destinations: [{ path: scene.destination }],
    }),
    wrong: { name: '' },
  },
  'plans.update': {
    good: ({ plan }) => ({ planId: plan.id, name: 'Renamed', retention: { keepLast: null }, compression: 'zst' }),
    missing: noPlan,
    wrong: { planId: nobody, retention: { keepLast: 0 } },
  },
  'destinations.list': nothing,
  'destinations.save': {
    good: ({ folder }) => ({ name: 'Other', settings: { kind: 'folder', path: join(folder, 'app') } }),
    missing: ({ folder }) => ({
      destinationId: nobody,
      name: 'Other',
      settings: { kind: 'folder', path: join(folder, 'app') },
    }),
    wrong: { name: '', settings: { kind: 'folder', path: '/a' } },
  },
  'destinations.test': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: 'x' },
  },
  'destinations.remove': {
    good: async ({ core, folder }) => {
      const settings = { kind: 'folder' as const, path: join(folder, 'app') };
      const { destination } = await core.call('destinations.save', { name: 'Other', settings });
      return { destinationId: destination?.destination.id };
    },
    missing: () => ({ destinationId: nobody }),
    wrong: {},
  },
  'destinations.previewReattach': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: 1 },
  },
  'destinations.reattach': {
    good: async (scene) => {
      const destinationId = scene.plan.destinations[0]?.destinationId ?? '';
      const { confirmation } = await scene.core.call('destinations.previewReattach', { destinationId });
      return { destinationId, confirmation };
    },
    missing: () => ({ destinationId: nobody, confirmation: '' }),
    wrong: { destinationId: nobody },
  },
  'destinations.hostKey': {
    good: async () => {
      ssh ??= await startSftpServer();
      return { host: '127.0.0.1', port: ssh.port };
    },
    missing: () => ({ host: '127.0.0.1', port: 1 }),
    missingCode: 'UNAVAILABLE',
    wrong: { host: '', port: 22 },
  },
  'destinations.catchUp': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: null },
  },
  'plans.remove': { good: planOf, missing: noPlan, wrong: {} },
  'recoveryKit.make': nothing,
  'recoveryKit.status': nothing,
  'recoveryKit.save': {
    good: ({ folder }) => ({ folder }),
    missing: (scene) => ({ folder: gone(scene) }),
    missingCode: 'UNAVAILABLE',
    wrong: { folder: '' },
  },
  'recoveryKit.markSaved': { good: () => ({ digest: 'a digest' }), missing: null, wrong: { digest: 1 } },
  'sources.describe': {
    good: ({ source }) => ({ path: source }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: '' },
  },
  'backups.start': { good: planOf, missing: noPlan, wrong: { planId: nobody, source: '/a', to: '/b' } },
  'backups.startAll': {
    good: ({ plan }) => ({ planIds: [plan.id] }),
    missing: () => ({ planIds: [nobody] }),
    wrong: { planIds: [] },
  },
  'snapshots.list': {
    good: async (scene) => {
      await takeBackup(scene);
      return planOf(scene);
    },
    missing: null,
    wrong: { planId: 1 },
  },
  'snapshots.get': {
    good: async (scene) => ({ snapshotId: await snapshotOf(scene) }),
    missing: () => ({ snapshotId: nobody }),
    wrong: {},
  },
  'snapshots.pin': {
    good: async (scene) => ({ snapshotId: await snapshotOf(scene), pinned: true }),
    missing: () => ({ snapshotId: nobody, pinned: true }),
    wrong: { snapshotId: nobody, pinned: 'yes' },
  },
  'snapshots.previewDelete': {
    good: async (scene) => {
      const old = await snapshotOf(scene);
      await takeBackup(scene);
      return { snapshotId: old };
    },
    missing: () => ({ snapshotId: nobody }),
    wrong: { snapshotId: null },
  },
  'snapshots.delete': {
    good: async (scene) => {
      const snapshotId = await snapshotOf(scene);
      await takeBackup(scene);
      const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId });
      return { snapshotId, confirmation };
    },
    missing: () => ({ snapshotId: nobody, confirmation: 'x' }),
    wrong: { snapshotId: nobody },
  },
  'verifications.start': {
    good: async (scene) => ({ snapshotId: await snapshotOf(scene) }),
    missing: () => ({ snapshotId: nobody }),
    wrong: { file: '/a' },
  },
  'restores.check': {
    good: async (scene) => ({ source: { snapshotId: await snapshotOf(scene) }, targetPath: scene.source }),
    missing: ({ source }) => ({ source: { snapshotId: nobody }, targetPath: source }),
    wrong: { source: {}, targetPath: '/a' },
  },
  'restores.start': {
    good: async (scene) => (await prepareRestore(scene.core, (await takeBackup(scene)).path, scene.source)).start,
    missing: () => ({ checkRunId: nobody, confirmation: 'x' }),
    missingCode: 'CONFLICT',
    wrong: { checkRunId: nobody },
  },
  'restores.discard': { good: () => ({ checkRunId: nobody }), missing: null, wrong: { checkRunId: 'x' } },
  'restores.undo': {
    good: async (scene) => {
      const { path } = await takeBackup(scene);
      appendEntries(scene.source, 1);
      return { runId: (await restore(scene.core, path, scene.source)).id };
    },
    missing: () => ({ runId: nobody }),
    wrong: { runId: 'x' },
  },
  'schedules.preview': {
    good: () => ({ schedule: { kind: 'cron', expression: '30 2 * * 1-5' }, timeZone: 'Europe/Berlin' }),
    missing: () => ({ schedule: { kind: 'cron', expression: 'now and then' } }),
    missingCode: 'INVALID_PARAMS',
    wrong: { schedule: { kind: 'sometimes' } },
  },
  'schedules.readOld': {
    good: () => ({ text: '0 2 * * * PASSWORD=secret hone backup create', path: '/etc/cron.d/hone' }),
    missing: null,
    wrong: { text: '' },
  },
  'templates.list': nothing,
  'templates.apply': {
    good: ({ folder }) => ({ templateId: 'portunus', folder }),
    missing: () => ({ templateId: 'nobody' }),
    wrong: { templateId: 'hone', text: '{}' },
  },
  'templates.save': {
    good: () => ({ text: NOTES_TEMPLATE }),
    missing: () => ({ text: '{ "id": "notes" }' }),
    missingCode: 'INVALID_PARAMS',
    wrong: { text: 1 },
  },
  'templates.remove': {
    good: async ({ core }) => {
      await core.call('templates.save', { text: NOTES_TEMPLATE });
      return { templateId: 'notes' };
    },
    missing: () => ({ templateId: 'nobody' }),
    wrong: {},
  },
  'templates.export': {
    good: () => ({ templateId: 'hone' }),
    missing: () => ({ templateId: 'nobody' }),
    wrong: { templateId: '' },
  },
  'schedules.pause': {
    good: (scene) => ({ ...planOf(scene), until: null }),
    missing: () => ({ ...noPlan(), until: null }),
    wrong: { until: 'later' },
  },
  'schedules.resume': { good: planOf, missing: noPlan, wrong: { planId: 1 } },
  'schedules.status': nothing,
  'retention.project': {
    good: (scene) => ({ ...planOf(scene), schedule: { kind: 'daily', time: '02:00' }, retention: { keepLast: 3 } }),
    missing: () => ({ ...noPlan(), schedule: { kind: 'manual' }, retention: { keepLast: 3 } }),
    wrong: { schedule: { kind: 'manual' }, retention: { keepLast: 0 } },
  },
  'drills.start': {
    good: async (scene) => {
      await takeBackup(scene);
      return planOf(scene);
    },
    missing: noPlan,
    wrong: {},
  },
  'drills.list': { good: planOf, missing: noPlan, wrong: {} },
  'secrets.list': nothing,
  'alerts.undelivered': nothing,
  'secrets.useKeychain': {
    good: () => ({ use: true }),
    missing: () => ({ use: true }),
    missingCode: 'UNSUPPORTED',
    wrong: { use: 'yes' },
  },
  'secrets.set': {
    good: () => ({ name: 'webhook-url', value: 'https://example.com/hook' }),
    missing: () => ({ name: 'webhook-url', value: 'nowhere' }),
    missingCode: 'INVALID_PARAMS',
    wrong: { name: 'password', value: 'x' },
  },
  'alerts.test': {
    good: () => ({ channel: 'ping' }),
    missing: () => ({ channel: 'mail' }),
    missingCode: 'INVALID_PARAMS',
    wrong: { channel: 'smoke' },
  },
  'resets.preview': {
    good: ({ source }) => ({ target: { path: source, lockFiles: ['app.db.lock'] } }),
    missing: () => ({ target: { planId: nobody } }),
    wrong: { target: { path: '/a', lockFiles: ['../b'] } },
  },
  'resets.start': {
    good: async ({ core, plan }) => {
      const target = { planId: plan.id };
      return { target, confirmation: (await core.call('resets.preview', { target })).confirmation };
    },
    missing: () => ({ target: { planId: nobody }, confirmation: 'x' }),
    wrong: { target: { planId: nobody } },
  },
  'prune.preview': { good: planOf, missing: noPlan, wrong: { planId: nobody, retention: { keepLast: 1.5 } } },
  'prune.start': {
    good: async ({ core, plan }) => ({
      planId: plan.id,
      confirmation: (await core.call('prune.preview', { planId: plan.id })).confirmation,
    }),
    missing: () => ({ planId: nobody, confirmation: 'x' }),
    wrong: { planId: nobody },
  },
  'runs.list': {
    good: async (scene) => {
      await takeBackup(scene);
      return { planId: scene.plan.id, before: '2999-01-01T00:00:00.000Z', limit: 10 };
    },
    missing: null,
    wrong: { limit: 501 },
  },
  'runs.get': {
    good: async (scene) => {
      await takeBackup(scene);
      const [run] = await scene.core.call('runs.list', {});
      return { runId: run?.id };
    },
    missing: () => ({ runId: nobody }),
    wrong: { runId: '' },
  },
  'runs.cancel': {
    good: async ({ core, plan }) => ({ runId: (await core.call('backups.start', { planId: plan.id })).run.id }),
    missing: () => ({ runId: nobody }),
    wrong: {},
  },
  'destinations.rescan': {
    good: ({ destination }) => ({ path: destination }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: 1 },
  },
  'recoveries.scan': {
    good: ({ destination }) => ({ path: destination }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: 1 },
  },
  'recoveries.apply': {
    good: recoverableFolder,
    missing: ({ destination }) => ({
      path: destination,
      plans: [{ serviceId: nobody, planId: nobody, name: 'x', sourcePath: '/x.db', snapshotIds: [] }],
    }),
    wrong: { path: '/a', plans: [] },
  },
  'files.identify': {
    good: async (scene) => ({ path: (await takeBackup(scene)).path }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: [] },
  },
  'files.list': {
    good: ({ folder }) => ({ path: folder }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: '' },
  },
  'foreign.list': {
    good: foreignFolder,
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: '/a', destinationId: nobody },
  },
  'foreign.describe': {
    good: (scene) => ({ ...foreignFolder(scene), file: 'app-2024-01-15.db' }),
    missing: ({ destination }) => ({ path: destination, file: 'gone.db' }),
    wrong: { path: '/a', file: '' },
  },
  'foreign.import': {
    good: (scene) => ({ ...foreignFolder(scene), newPlanName: 'Other' }),
    missing: ({ destination }) => ({ path: destination, planId: nobody }),
    wrong: { path: '/a', files: [] },
  },
  'files.reveal': { good: ({ source }) => ({ path: source }), missing: null, wrong: {} },
  'dialogs.pickDatabase': nothing,
  'dialogs.pickBackup': nothing,
  'dialogs.pickFolder': nothing,
  'dialogs.pickTarget': { good: () => ({ suggestion: '/a.db' }), missing: null, wrong: { suggestion: 1 } },
};

const dialogs: Dialogs = {
  pickDatabase: async () => '/picked/app.db',
  pickBackup: async () => null,
  pickFolder: async () => '/picked',
  pickTarget: async (suggestion) => suggestion ?? null,
};

/** A scene whose core has what a desktop lends it. */
const keychain: Keychain = {
  words: 'In the keychain.',
  wrap: (key) => Buffer.from(key),
  unwrap: (wrapped) => Buffer.from(wrapped).toString(),
};
const setDesktopScene = () => setScene({ ports: { dialogs, keychain, revealFile: () => {} } });

test('every method of the contract has a case', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(methods).sort());
});

describe.each(Object.entries(cases))('%s', (name, { good, missing, missingCode = 'NOT_FOUND', wrong }) => {
  const method = name as MethodName;

  const server = method === 'destinations.hostKey' && whyNoSftp !== undefined;
  test.skipIf(server)('answers what its schema says, and nothing beside it', async () => {
    const scene = await setDesktopScene();
    const emitted: Array<[string, unknown]> = [];
    for (const event of Object.keys(events) as EventName[])
      scene.core.on(event, (payload) => emitted.push([event, payload]));
    const answer = await scene.core.answer(method, await good(scene));
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    // As it crosses a transport: what JSON drops is missed here too.
    const sent: unknown = JSON.parse(JSON.stringify(answer.result));
    expect(methods[method].result.parse(sent)).toEqual(sent);
    for (const run of scene.core.activeRuns()) await scene.core.runEnded(run.id);
    for (const [event, payload] of emitted) {
      const wire: unknown = JSON.parse(JSON.stringify(payload));
      expect(events[event as EventName].parse(wire)).toEqual(wire);
    }
  });

  test('refuses params that do not fit', async () => {
    const { core, plan } = await setScene();
    const fitting =
      missing === null ? {} : missing({ core, plan, folder: '/f', source: '/f/s', destination: '/f/d', home: '/f/h' });
    for (const params of [wrong, { ...fitting, surprise: true }, null, [], 'text', undefined]) {
      const answer = await core.answer(method, params);
      expect(answer, JSON.stringify(params)).toMatchObject({
        ok: false,
        error: {
          code: 'INVALID_PARAMS',
          message: expect.stringContaining(method),
          hint: expect.any(String),
          retryable: false,
        },
      });
    }
  });

  if (missing === null) return;
  test('says what is not there', async () => {
    const scene = await setScene();
    const answer = await scene.core.answer(method, missing(scene));
    expect(answer).toMatchObject({
      ok: false,
      error: { code: missingCode, message: expect.any(String), hint: expect.any(String) },
    });
  });
});

test('what the host does not lend is UNSUPPORTED, with what to do instead', async () => {
  const { core, source } = await setScene();
  for (const [method, params] of [
    ['files.reveal', { path: source }],
    ['dialogs.pickFolder', {}],
    ['dialogs.pickTarget', {}],
  ] as const)
    expect(await core.answer(method, params)).toMatchObject({
      ok: false,
      error: { code: 'UNSUPPORTED', hint: expect.any(String) },
    });
});

test('a backup without a plan, and a file as what is verified or restored, are answered in the same form', async () => {
  const scene = await setScene();
  const { core, source, destination } = scene;
  const { run } = await core.call('backups.start', {
    source,
    to: destination,
    name: 'own',
    compression: 'zst',
    verify: false,
  });
  expect((await core.runEnded(run.id)).state).toBe('succeeded');
  for (const params of [{ path: join(destination, 'own.db.zst') }]) {
    const answer = await core.answer('verifications.start', params);
    expect(answer.ok && methods['verifications.start'].result.safeParse(answer.result).success).toBe(true);
  }
  for (const planned of await core.call('snapshots.list', {}))
    expect(planned).toMatchObject({ planId: null, keptBy: ['keep-all'] });
});

describe('a plan of files', () => {
  const files = ({ source, destination }: Pick<Scene, 'source' | 'destination'>) => ({
    name: 'Files',
    sourceKind: 'files' as const,
    sourcePath: '/anything',
    destinations: [{ path: destination }],
    companions: [{ name: 'app', path: source, kind: 'file' as const }],
  });

  test('has the path of its first companion, also when its companions change', async () => {
    const scene = await setScene();
    const { core, source, destination } = scene;
    const plan = await core.call('plans.create', files(scene));
    expect(plan).toMatchObject({ sourceKind: 'files', sourcePath: source });
    const companions = [{ name: 'kept', path: destination, kind: 'folder' as const }];
    const updated = await core.call('plans.update', { planId: plan.id, companions });
    expect(updated).toMatchObject({ sourceKind: 'files', sourcePath: destination });
    await expect(core.call('plans.update', { planId: plan.id, companions: [] })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      hint: expect.stringContaining('at least one'),
    });
    expect((await core.call('plans.get', { planId: plan.id })).plan).toEqual(updated);
  });

  const onChange = { kind: 'on-change' as const, quietMinutes: 5, atLatestMinutes: 60 };
  const check = { name: 'any', sql: 'SELECT 1', operator: '=' as const, value: '1' };
  const refused: [string, Given][] = [
    ['no companion', { companions: [] }],
    ['a key', { key: { value: 'a key' } }],
    ['a method', { method: 'dump' }],
    ['a question for the version', { schemaVersion: { sql: 'SELECT 1' } }],
    ['lock files', { lockFiles: ['app.lock'] }],
    ['checks in SQL', { drill: { schedule: { kind: 'manual' }, withinDays: null, checks: [check] } }],
  ];
  test.each(refused)('with %s is refused, made or changed', async (_what, wrong) => {
    const scene = await setScene();
    const { core } = scene;
    const error = { code: 'INVALID_PARAMS', message: expect.stringMatching(/^Files /), hint: expect.any(String) };
    const newPlace = join(scene.folder, 'new place');
    const create = { ...files(scene), ...wrong, destinations: [{ path: newPlace }] };
    expect(await core.answer('plans.create', create)).toMatchObject({ ok: false, error });
    expect(existsSync(newPlace)).toBe(false);
    const { id: planId } = await core.call('plans.create', files(scene));
    expect(await core.answer('plans.update', { planId, ...wrong })).toMatchObject({ ok: false, error });
  });

  test('of images alone follows no changes; with a method, a backup of it is refused', async () => {
    const scene = await setScene();
    const { core, source } = scene;
    const companions = [{ name: 'card', path: source, kind: 'image' as const }];
    await expect(core.call('plans.create', { ...files(scene), companions, schedule: onChange })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining('images'),
    });
    const { id: planId } = await core.call('plans.create', { ...files(scene), schedule: onChange });
    await expect(core.call('plans.update', { planId, companions })).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    await expect(core.call('backups.start', { planId, method: 'compact' })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });
});

test('a wish to restore a file reaches whoever listens', async () => {
  const core = await startTestCore((await setScene()).folder);
  const wishes: string[] = [];
  core.on('restore.requested', ({ path }) => wishes.push(path));
  core.requestRestore('/dropped.db.gz');
  expect(wishes).toEqual(['/dropped.db.gz']);
});

test('files are listed folders first, and what is neither file nor folder is left out', async () => {
  const { core, folder } = await setScene();
  writeFileSync(join(folder, 'a.txt'), 'x');
  const { entries, parent } = await core.call('files.list', { path: folder });
  expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
    ['app', 'folder'],
    ['backups', 'folder'],
    ['home', 'folder'],
    ['a.txt', 'file'],
  ]);
  expect(parent).not.toBe(folder);
});
