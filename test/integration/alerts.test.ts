import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { metricsOf } from '../../src-shared/rules/state/metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { folderAt, save, settle, storeTo } from '../support/places.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, startTestCore } from '../support/test-core.ts';

interface Received {
  url: string;
  body: string;
}

/** What the server answers; with a location, what is below `/new` gets the status `moved`. */
interface Answer {
  status: number;
  location?: string;
  moved?: number;
}

/** A web server that keeps what it is sent. */
async function startReceiver(): Promise<{ url: string; received: Received[]; answer: Answer }> {
  const received: Received[] = [];
  const answer: Answer = { status: 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      received.push({ url: request.url ?? '', body });
      const headers = answer.location === undefined ? {} : { location: answer.location };
      const moved = answer.location !== undefined && !request.url?.startsWith('/new');
      response.writeHead(moved ? answer.status : (answer.moved ?? answer.status), headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, answer };
}

/** A mail server that keeps what it is sent, and lets in whoever knows the password. */
async function startMailServer(password: string): Promise<{ port: number; mails: string[] }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) =>
      auth.password === password ? done(null, { user: auth.username ?? '' }) : done(new Error('Wrong password')),
    onData: (stream, _session, done) => {
      let mail = '';
      stream.on('data', (part) => {
        mail += part;
      });
      stream.on('end', () => {
        mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('a failure goes to the webhook as JSON, once, and what did not get through is tried again', async () => {
  const { url, received, answer } = await startReceiver();
  const clock = new FakeClock();
  const scene = await setScene({ ports: { host: 'server', clock } });
  await scene.core.call('secrets.set', { name: 'webhook-url', value: url });
  const undelivered: string[] = [];
  scene.core.on('alerts.undelivered', ({ message }) => undelivered.push(message));
  answer.status = 500;
  rmSync(scene.source);
  expect((await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id })).state).toBe('failed');
  await scene.core.idle();
  expect(received).toHaveLength(1);
  expect(undelivered).toEqual([expect.stringContaining('answered 500')]);
  answer.status = 200;
  await clock.advance(3 * MINUTE, () => scene.core.idle());
  expect(received).toHaveLength(2);
  expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({
    application: 'Snapkeep',
    kind: 'trouble',
    planName: 'My app',
    state: 'failed',
    title: 'My app failed',
  });
  // A day later it is said again, and not before. The hours between are jumped over: each minute would be looked at.
  clock.jump(23.9 * 60 * MINUTE);
  await clock.advance(MINUTE, () => scene.core.idle());
  expect(received).toHaveLength(2);
  clock.jump(6 * MINUTE);
  await clock.advance(MINUTE, () => scene.core.idle());
  expect(JSON.parse(received[2]?.body ?? '')).toMatchObject({ kind: 'reminder' });
  expect(received).toHaveLength(3);
});

test.each([
  ['json', '/hook', '/hook', { application: 'Snapkeep', kind: 'test' }],
  ['slack', '/services/x', '/services/x', { text: expect.stringMatching(/^\*Snapkeep test alert\*\n/) }],
  ['discord', '/webhooks/x', '/webhooks/x', { embeds: [{ title: 'Snapkeep test alert' }] }],
  ['telegram', '/bot1:x/sendMessage?chat_id=7', '/bot1:x/sendMessage', { chat_id: '7' }],
  ['ntfy', '/my-topic', '/', { topic: 'my-topic', title: 'Snapkeep test alert' }],
] as const)('a webhook of %s gets alerts in its own format', async (webhookService, path, asked, body) => {
  const { url, received, answer } = await startReceiver();
  const { core } = await setScene({ ports: { host: 'server' } });
  await core.call('settings.update', { webhookService });
  await core.call('secrets.set', { name: 'webhook-url', value: new URL(path, url).href });
  await core.call('alerts.test', { channel: 'webhook' });
  expect(received.map((each) => each.url)).toEqual([asked]);
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject(body);
  answer.status = 403;
  await expect(core.call('alerts.test', { channel: 'webhook' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test.each([
  ['the source', 'unavailable', ({ source }: Scene) => source],
  ['the only destination', 'unavailable', ({ destination }: Scene) => destination],
  ['one of two destinations', 'waiting', ({ folder }: Scene) => join(folder, 'second')],
])('%s that has been unavailable for a day raises an alert, and not before', async (_what, state, pathIn) => {
  const { url, received } = await startReceiver();
  const clock = new FakeClock();
  const scene = await setScene({ ports: { host: 'server', clock } });
  const { core, plan, folder } = scene;
  await core.call('secrets.set', { name: 'webhook-url', value: url });
  if (state === 'waiting') {
    const second = await save(core, folderAt(join(folder, 'second'), 'Second'));
    await storeTo(scene, plan.destinations[0]?.destinationId ?? '', second);
  }
  await takeBackup(scene);
  await settle(core);
  renameSync(pathIn(scene), `${pathIn(scene)}-elsewhere`);
  const goOn = async (ms: number) => {
    clock.jump(ms - MINUTE);
    await clock.advance(MINUTE, () => settle(core));
    await core.call('plans.check', {});
    await clock.advance(MINUTE, () => settle(core));
  };
  await goOn(MINUTE);
  await goOn(23 * HOUR);
  expect(received).toEqual([]);
  await goOn(HOUR);
  expect(received.map(({ body }) => JSON.parse(body))).toMatchObject([{ kind: 'trouble', planName: 'My app', state }]);
  renameSync(`${pathIn(scene)}-elsewhere`, pathIn(scene));
  await goOn(MINUTE);
  expect(JSON.parse(received[1]?.body ?? '{}')).toMatchObject({ kind: 'mended' });
  expect(received).toHaveLength(2);
});

test('an alert that did not get through waits in the catalog, is listed, and is told after a restart and by run-due', async () => {
  const { url, received, answer } = await startReceiver();
  const clock = new FakeClock();
  const scene = await setScene({ ports: { clock } });
  await scene.core.call('secrets.set', { name: 'webhook-url', value: url });
  answer.status = 503;
  rmSync(scene.source);
  await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  await scene.core.idle();
  expect(await scene.core.call('alerts.undelivered', {})).toMatchObject([
    { channel: 'webhook', title: 'My app failed', tries: 1, error: expect.stringContaining('answered 503') },
  ]);
  await scene.core.close();
  answer.status = 200;
  clock.jump(2 * MINUTE);
  const again = await startTestCore(scene.home, { clock });
  await again.serveDue();
  expect(received.map(({ body }) => JSON.parse(body).title)).toEqual(['My app failed', 'My app failed']);
  expect(await again.call('alerts.undelivered', {})).toEqual([]);
});

test.each([301, 302, 307, 308])(
  'a webhook that answers %i gets the alert at its new path, and no other server does',
  async (status) => {
    const { url, received, answer } = await startReceiver();
    const elsewhere = await startReceiver();
    const { core } = await setScene();
    await core.call('secrets.set', { name: 'webhook-url', value: url });
    Object.assign(answer, { status, location: '/new/hook', moved: 200 });
    await core.call('alerts.test', { channel: 'webhook' });
    expect(received.map((one) => one.url)).toEqual(['/hook', '/new/hook']);
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({ application: 'Snapkeep' });
    answer.location = elsewhere.url;
    await expect(core.call('alerts.test', { channel: 'webhook' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(elsewhere.url),
    });
    expect(elsewhere.received).toEqual([]);
  },
);

test('a secret that cannot be read is told for its channel, and the others go on', async () => {
  const { url, received } = await startReceiver();
  const scene = await setScene();
  await scene.core.call('secrets.set', { name: 'webhook-url', value: url });
  await scene.core.close();
  writeFileSync(join(scene.home, 'secrets.key'), Buffer.alloc(32, 7));
  const told: string[] = [];
  const core = await startTestCore(scene.home, { notify: ({ title }) => void told.push(title) });
  rmSync(scene.source);
  await runToEnd(core, 'backups.start', { planId: scene.plan.id });
  await core.idle();
  expect(received).toEqual([]);
  expect(await core.call('alerts.undelivered', {})).toMatchObject([
    { channel: 'webhook', error: expect.stringContaining('was not encrypted with the key in') },
  ]);
  expect(told).toEqual(['My app failed']);
});

test('the moment of a ping goes into the path of an address with a query', async () => {
  const { url, received } = await startReceiver();
  const scene = await setScene();
  await scene.core.call('secrets.set', { name: 'ping-url', value: `${url}/{plan}?create=1` });
  rmSync(scene.source);
  await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  await scene.core.idle();
  expect(received.map((one) => one.url)).toEqual(['/hook/my-app/start?create=1', '/hook/my-app/fail?create=1']);
});

test('pings tell of the start, the success and the failure of a backup', async () => {
  const { url, received } = await startReceiver();
  const scene = await setScene();
  await scene.core.call('secrets.set', { name: 'ping-url', value: `${url}/{plan}/` });
  await takeBackup(scene);
  rmSync(scene.source);
  await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  await expect
    .poll(() => received.map((one) => one.url).sort())
    .toEqual(['/hook/my-app', '/hook/my-app/fail', '/hook/my-app/start', '/hook/my-app/start']);
});

test('mail goes through a server that asks for a password, and a wrong one is said', async () => {
  const { port, mails } = await startMailServer('let me in');
  const { core, home } = await setScene();
  const mail = {
    host: '127.0.0.1',
    port,
    security: 'none' as const,
    user: 'keeper',
    from: 'a@example.com',
    to: 'b@example.com',
  };
  await core.call('settings.update', { mail });
  await core.call('secrets.set', { name: 'mail-password', value: 'wrong' });
  await expect(core.call('alerts.test', { channel: 'mail' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await core.call('secrets.set', { name: 'mail-password', value: 'let me in' });
  await core.call('alerts.test', { channel: 'mail' });
  expect(mails[0]).toContain('Subject: Snapkeep test alert');
  expect(JSON.stringify([await core.call('settings.get', {}), await core.call('secrets.list', {})])).not.toContain(
    'let me in',
  );
  await core.close();
  for (const file of ['catalog.db', 'catalog.db-wal', 'secrets.key'])
    expect(readIfThere(join(home, file)).includes('let me in'), file).toBe(false);
});

test('a channel that is not set says so', async () => {
  const { core } = await setScene();
  for (const channel of ['webhook', 'mail', 'desktop'] as const)
    await expect(core.call('alerts.test', { channel })).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
});

test('metrics name each plan and what is known of it', async () => {
  const scene = await setScene({ plan: { name: 'My "app"' } });
  const plans = () => scene.core.call('plans.list', {});
  expect(metricsOf(await plans(), Date.now())).not.toContain('snapkeep_last_success_timestamp_seconds{');
  await takeBackup(scene);
  const text = metricsOf(await plans(), Date.now());
  for (const name of [
    'last_success_timestamp_seconds',
    'last_duration_seconds',
    'last_size_bytes',
    'verified_age_seconds',
  ])
    expect(text).toMatch(new RegExp(`^snapkeep_${name}\\{plan="My \\\\"app\\\\""\\} [\\d.]+$`, 'm'));
  expect(text).toContain('snapkeep_snapshots{plan="My \\"app\\""} 1');
  expect(text).toContain('snapkeep_overdue{plan="My \\"app\\""} 0');
  expect(text).toContain('snapkeep_copies_waiting{plan="My \\"app\\"",destination="backups"} 0');
});

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // Not every data folder has each of these files.
    return Buffer.alloc(0);
  }
}
