import { describe, expect, test } from 'vitest';
import { createClient, type Transport } from '../../src-shared/contract/client.ts';
import type { ClientFrame } from '../../src-shared/contract/frames.ts';

/** A pipe whose other end is the test. */
function fakeTransport() {
  const sent: ClientFrame[] = [];
  let frame: (raw: unknown) => void = () => {};
  let connection: (connected: boolean) => void = () => {};
  const transport: Transport = {
    send: (frameSent) => sent.push(frameSent),
    onFrame: (listener) => {
      frame = listener;
    },
    onConnection: (listener) => {
      connection = listener;
    },
  };
  const client = createClient(transport);
  connection(true);
  return {
    client,
    sent,
    connect: (connected: boolean) => connection(connected),
    answer: (id: number, answer: unknown, revision = 0) => frame({ type: 'response', id, revision, answer }),
    event: (revision: number, name: string, payload: unknown = {}) => frame({ type: 'event', revision, name, payload }),
  };
}

describe('calls', () => {
  test('are requests with ids of their own, answered in any order', async () => {
    const { client, sent, answer } = fakeTransport();
    const first = client.call('app.info', {});
    const second = client.call('settings.get', {});
    expect(sent).toMatchObject([
      { type: 'request', method: 'app.info', params: {} },
      { type: 'request', method: 'settings.get', params: {} },
    ]);
    const [a, b] = sent.map(({ id }) => id);
    expect(a).not.toBe(b);
    answer(b ?? 0, { ok: true, result: 'second' });
    answer(a ?? 0, { ok: true, result: 'first' });
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  });

  test('that ask how new the result is get its revision', async () => {
    const { client, sent, answer } = fakeTransport();
    const asked = client.ask('app.info', {});
    answer(sent[0]?.id ?? 0, { ok: true, result: 'known' }, 4);
    expect(await asked).toEqual({ result: 'known', revision: 4 });
  });

  test('that fail throw what the core said, whole', async () => {
    const { client, sent, answer } = fakeTransport();
    const call = client.call('app.info', {});
    const error = { code: 'NO_SPACE', message: 'Full.', hint: 'Free some.', details: { bytes: 5 }, retryable: false };
    answer(sent[0]?.id ?? 0, { ok: false, error });
    await expect(call).rejects.toMatchObject({
      name: 'SnapkeepError',
      code: 'NO_SPACE',
      message: 'Full.',
      hint: 'Free some.',
      details: { bytes: 5 },
    });
  });

  test('that are cancelled tell the core once, and a late answer does nothing', async () => {
    const { client, sent, answer } = fakeTransport();
    const abort = new AbortController();
    const call = client.call('app.info', {}, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    const [request] = sent;
    expect(sent).toEqual([request, { type: 'cancel', id: request?.id }]);
    answer(request?.id ?? 0, { ok: true, result: 1 });
    const done = new AbortController();
    const finished = client.call('app.info', {}, { signal: done.signal });
    answer(sent.at(-1)?.id ?? 0, { ok: true, result: 2 });
    expect(await finished).toBe(2);
    done.abort();
    expect(sent.filter(({ type }) => type === 'cancel')).toHaveLength(1);
    await expect(client.call('app.info', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(sent).toHaveLength(3);
  });

  test('end when the connection is lost, and are refused while it is', async () => {
    const { client, connect, sent } = fakeTransport();
    const calls = [client.call('app.info', {}), client.call('settings.get', {})];
    connect(false);
    for (const call of calls)
      await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', hint: expect.any(String) });
    await expect(client.call('app.info', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(sent).toHaveLength(2);
    connect(true);
    void client.call('app.info', {}).catch(() => {});
    expect(sent).toHaveLength(3);
  });

  test('are not disturbed by answers to nobody', () => {
    const { answer } = fakeTransport();
    answer(-1, { ok: false, error: { code: 'INVALID_PARAMS', message: 'What?', retryable: false } });
    answer(12345, { ok: true, result: {} });
  });
});

describe('events', () => {
  test('reach who listens, until they stop', () => {
    const { client, event } = fakeTransport();
    const heard: unknown[] = [];
    const stop = client.on('snapshots.changed', (payload) => heard.push(payload));
    client.on('plans.changed', () => heard.push('plans'));
    event(1, 'snapshots.changed', { planId: null });
    event(2, 'unknown.event');
    event(3, 'toString');
    event(4, 'plans.changed');
    stop();
    event(5, 'snapshots.changed', { planId: null });
    expect(heard).toEqual([{ planId: null }, 'plans']);
  });

  test('with a gap mean that all is fetched again, before what comes next', () => {
    const { client, event } = fakeTransport();
    const heard: string[] = [];
    const stop = client.onResync(() => heard.push('resync'));
    client.on('plans.changed', () => heard.push('plans'));
    expect(heard).toEqual(['resync']);
    event(4, 'plans.changed');
    event(5, 'plans.changed');
    event(7, 'plans.changed');
    event(8, 'plans.changed');
    expect(heard).toEqual(['resync', 'plans', 'plans', 'resync', 'plans', 'plans']);
    stop();
    event(99, 'plans.changed');
    expect(heard.filter((what) => what === 'resync')).toHaveLength(2);
  });

  test('start anew with each connection', () => {
    const { client, event, connect } = fakeTransport();
    const heard: unknown[] = [];
    client.onConnection((connected) => heard.push(connected));
    client.onResync(() => heard.push('resync'));
    event(5, 'plans.changed');
    connect(false);
    connect(true);
    event(1, 'plans.changed');
    event(2, 'plans.changed');
    expect(heard).toEqual([true, 'resync', false, true, 'resync']);
  });
});
