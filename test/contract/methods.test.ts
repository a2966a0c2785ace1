import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dialogs, Keychain } from '../../src-main/core/ports.ts';
import { type EventName, events } from '../../src-shared/contract/events.ts';
import { type MethodName, methods } from '../../src-shared/contract/methods.ts';
import { METHOD_ERRORS } from '../../tools/references/method-errors.ts';
import { setScene } from '../support/scene.ts';
import { whyNoSftp } from '../support/servers/sftp.ts';
import { startTestCore } from '../support/test-core.ts';
import { browseCases } from './cases/browse.ts';
import type { MethodCase } from './cases/case.ts';
import { compareCases } from './cases/compare.ts';
import { databasesCases } from './cases/databases.ts';
import { destinationsCases } from './cases/destinations.ts';
import { historyCases } from './cases/history.ts';
import { hostCases } from './cases/host.ts';
import { plansCases } from './cases/plans.ts';
import { rowsCases } from './cases/rows.ts';
import { snapshotsCases } from './cases/snapshots.ts';

/** One case for every method; a missing one does not compile. */
const cases: Record<MethodName, MethodCase> = {
  ...plansCases,
  ...snapshotsCases,
  ...destinationsCases,
  ...databasesCases,
  ...rowsCases,
  ...browseCases,
  ...compareCases,
  ...historyCases,
  ...rowsCases,
  ...hostCases,
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
    expect([...METHOD_ERRORS[method], 'INVALID_PARAMS']).toContain(missingCode);
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
