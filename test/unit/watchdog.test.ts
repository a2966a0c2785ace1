import { expect, test } from 'vitest';
import { Channels } from '../../src-main/core/alerts/channels.ts';
import { Watchdog } from '../../src-main/core/alerts/watchdog.ts';
import type { DesktopNotification } from '../../src-main/core/ports.ts';
import { SecretStore } from '../../src-main/core/secrets/secret-store.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import { DEFAULT_SETTINGS } from '../../src-shared/model/settings.ts';
import type { Told } from '../../src-shared/rules/alerting.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HOUR = 3_600_000;
const noSecrets = new SecretStore(
  { names: () => [], get: () => undefined, save: () => {}, remove: () => {} } as never,
  { protects: false, words: '', seal: () => Buffer.alloc(0), open: () => '' },
);

test('it looks by itself, with no scheduler at all, and says what to do', async () => {
  const clock = new FakeClock();
  const told: DesktopNotification[] = [];
  const states = new Map<string, Told>();
  let state: PlanSummary['state'] = 'ok';
  const watchdog = new Watchdog({
    clock,
    alerts: { get: (id) => states.get(id), save: (id, one) => void states.set(id, one) },
    channels: new Channels({ settings: () => DEFAULT_SETTINGS, secrets: noSecrets, notify: (one) => told.push(one) }),
    plans: () => [
      { plan: { id: 'p', name: 'hone' }, state, reason: 'A backup should have been made by now.' } as PlanSummary,
    ],
    undelivered: (_channel, message) => expect.unreachable(message),
  });
  watchdog.start();
  await clock.advance(HOUR, () => watchdog.settled());
  expect(told).toEqual([]);
  state = 'overdue';
  await clock.advance(HOUR, () => watchdog.settled());
  expect(told).toEqual([
    { title: 'hone is overdue', body: expect.stringMatching(/^A backup should .* back up now\.$/), place: '/plans/p' },
  ]);
  await clock.advance(24 * HOUR, () => watchdog.settled());
  expect(told.map(({ title }) => title)).toEqual(['hone is overdue', 'hone is still overdue']);
  watchdog.close();
  await clock.advance(48 * HOUR, () => watchdog.settled());
  expect(told).toHaveLength(2);
});

test('a catalog that cannot be written neither silences an alert nor has it told again and again', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const states = new Map<string, Told>();
  let full = true;
  const watchdog = new Watchdog({
    clock,
    alerts: {
      get: (id) => states.get(id),
      save: (id, one) => {
        if (full) throw new Error('database or disk is full');
        states.set(id, one);
      },
    },
    channels: new Channels({
      settings: () => DEFAULT_SETTINGS,
      secrets: noSecrets,
      notify: ({ title }) => void told.push(title),
    }),
    plans: () => [{ plan: { id: 'p', name: 'hone' }, state: 'failed', reason: 'No space.' } as PlanSummary],
    undelivered: (_channel, message) => expect.unreachable(message),
  });
  watchdog.start();
  await clock.advance(HOUR, () => watchdog.settled());
  expect(told).toEqual(['hone failed']);
  full = false;
  await clock.advance(HOUR, () => watchdog.settled());
  expect(told).toEqual(['hone failed']);
  expect(states.get('p')).toMatchObject({ state: 'failed' });
  watchdog.close();
});
