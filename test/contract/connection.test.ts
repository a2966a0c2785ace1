import { expect, test } from 'vitest';
import { openConnection } from '../../src-main/core/connection.ts';
import { EventBus } from '../../src-main/core/event-bus.ts';
import { CoreFrame } from '../../src-shared/contract/frames.ts';
import { answering } from '../support/answering.ts';
import { capturedLog } from '../support/captured-log.ts';
import { setScene } from '../support/scene.ts';

/** A connection to handlers of the test's own. */
function connect(handlers: Partial<Record<string, (params: never, signal: AbortSignal) => unknown>>) {
  const frames: CoreFrame[] = [];
  const arrivals: Array<() => void> = [];
  const { log } = capturedLog();
  const events = new EventBus(log);
  const connection = openConnection(answering(handlers), events, log, (frame) => {
    frames.push(CoreFrame.parse(JSON.parse(JSON.stringify(frame))));
    for (const arrived of arrivals.splice(0)) arrived();
  });
  return {
    connection,
    events,
    frames,
    next: () => new Promise<void>((resolve) => arrivals.push(resolve)),
  };
}

test('a request is answered with its id', async () => {
  const { connection, frames, next } = connect({ 'settings.get': () => ({ theme: 'dark', lockWaitSeconds: 1 }) });
  const answered = next();
  connection.receive({ type: 'request', id: 7, method: 'settings.get', params: {} });
  await answered;
  expect(frames).toEqual([
    { type: 'response', id: 7, revision: 0, answer: { ok: true, result: { theme: 'dark', lockWaitSeconds: 1 } } },
  ]);
});

test('an answer has the revision at which its request arrived, whatever happens until it is sent', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const { connection, events, frames } = connect({ 'plans.list': () => promise });
  events.emit('plans.changed', { planIds: null });
  connection.receive({ type: 'request', id: 1, method: 'plans.list', params: {} });
  events.emit('plans.changed', { planIds: null });
  resolve([]);
  await expect.poll(() => frames.find(({ type }) => type === 'response')).toMatchObject({ id: 1, revision: 1 });
  expect(frames.filter(({ type }) => type === 'event')).toMatchObject([{ revision: 1 }, { revision: 2 }]);
});

test.each([
  ['nothing', undefined],
  ['a text', 'request'],
  ['no type', { id: 1, method: 'app.info', params: {} }],
  ['an unknown type', { type: 'event', id: 1 }],
  ['a negative id', { type: 'request', id: -1, method: 'app.info', params: {} }],
  ['an extra field', { type: 'cancel', id: 1, force: true }],
  ['a method that is no text', { type: 'request', id: 1, method: ['app.info'], params: {} }],
])('%s is answered as not understood, to nobody’s id', (_what, frame) => {
  const { connection, frames } = connect({});
  connection.receive(frame);
  expect(frames).toMatchObject([
    { type: 'response', id: -1, answer: { ok: false, error: { code: 'INVALID_PARAMS' } } },
  ]);
});

test.each(['nothing.here', 'constructor', '__proto__', 'toString', ''])(
  'the method %j is NOT_FOUND',
  async (method) => {
    const { connection, frames, next } = connect({});
    const answered = next();
    connection.receive({ type: 'request', id: 1, method, params: {} });
    await answered;
    expect(frames).toMatchObject([
      { id: 1, answer: { ok: false, error: { code: 'NOT_FOUND', hint: expect.any(String) } } },
    ]);
  },
);

test('what a handler throws is in the answer, whatever it is', async () => {
  const thrown: unknown[] = [
    new TypeError('oops'),
    Object.assign(new Error('full'), { code: 'SQLITE_FULL' }),
    'a text',
    undefined,
  ];
  for (const what of thrown) {
    const { connection, frames, next } = connect({
      'app.info': () => {
        throw what;
      },
    });
    const answered = next();
    connection.receive({ type: 'request', id: 1, method: 'app.info', params: {} });
    await answered;
    expect(frames).toMatchObject([
      { answer: { ok: false, error: { message: expect.any(String), hint: expect.any(String) } } },
    ]);
  }
});

test('a cancelled request is aborted and not answered; cancelling what is not there does nothing', async () => {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { connection, frames } = connect({
    'app.info': (_params, signal) =>
      new Promise((_resolve, reject) => {
        begin();
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
          resolve();
        });
      }),
  });
  connection.receive({ type: 'cancel', id: 99 });
  connection.receive({ type: 'request', id: 1, method: 'app.info', params: {} });
  await begun;
  connection.receive({ type: 'cancel', id: 1 });
  await aborted;
  await Promise.resolve();
  expect(frames).toEqual([]);
});

test('what is cancelled before its handler is loaded is not begun', async () => {
  const begun: string[] = [];
  const { connection, frames, next } = connect({
    'app.info': () => ({ begun: begun.push('app.info') }),
    'settings.get': () => ({ begun: begun.push('settings.get') }),
  });
  const answered = next();
  connection.receive({ type: 'request', id: 1, method: 'app.info', params: {} });
  connection.receive({ type: 'cancel', id: 1 });
  connection.receive({ type: 'request', id: 2, method: 'settings.get', params: {} });
  await answered;
  expect(begun).toEqual(['settings.get']);
  expect(frames).toMatchObject([{ id: 2 }]);
});

test('a second request with the id of one that is not answered yet is not understood, and the first stays', async () => {
  const { promise: finished, resolve } = Promise.withResolvers<unknown>();
  const { connection, frames, next } = connect({ 'app.info': () => finished, 'settings.get': () => ({}) });
  connection.receive({ type: 'request', id: 1, method: 'app.info', params: {} });
  connection.receive({ type: 'request', id: 1, method: 'settings.get', params: {} });
  expect(frames).toMatchObject([{ id: -1, answer: { ok: false, error: { code: 'INVALID_PARAMS' } } }]);
  const answered = next();
  resolve({ host: 'cli' });
  await answered;
  expect(frames[1]).toMatchObject({ id: 1, answer: { ok: true, result: { host: 'cli' } } });
});

test('events carry a revision that grows by one on each connection', () => {
  const { connection, events, frames } = connect({});
  events.emit('plans.changed', { planIds: null });
  events.emit('snapshots.changed', { planId: null });
  expect(frames).toEqual([
    { type: 'event', revision: 1, name: 'plans.changed', payload: { planIds: null } },
    { type: 'event', revision: 2, name: 'snapshots.changed', payload: { planId: null } },
  ]);
  connection.close();
  events.emit('plans.changed', { planIds: null });
  expect(frames).toHaveLength(2);
});

test('closing aborts what is asked for and lets runs go on', async () => {
  const { core, plan } = await setScene();
  const frames: CoreFrame[] = [];
  const { promise: started, resolve } = Promise.withResolvers<string>();
  const connection = core.connect((frame) => {
    frames.push(frame);
    if (frame.type === 'response' && frame.answer.ok) resolve((frame.answer.result as { run: { id: string } }).run.id);
  });
  connection.receive({ type: 'request', id: 1, method: 'backups.start', params: { planId: plan.id } });
  const runId = await started;
  connection.close();
  const before = frames.length;
  expect(await core.runEnded(runId)).toMatchObject({ state: 'succeeded' });
  expect(frames).toHaveLength(before);
});
