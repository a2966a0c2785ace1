import { expect, test } from 'vitest';
import { Channels } from '../../src-main/core/alerts/channels.ts';
import { Watchdog } from '../../src-main/core/alerts/watchdog.ts';
import { Background } from '../../src-main/core/background.ts';
import type { DesktopNotification } from '../../src-main/core/ports.ts';
import { SecretStore } from '../../src-main/core/secrets/secret-store.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import { DEFAULT_SETTINGS } from '../../src-shared/model/settings.ts';
import type { Told } from '../../src-shared/rules/alerting.ts';
import { capturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
const noSecrets = new SecretStore(
  { names: () => [], get: () => undefined, save: () => {}, remove: () => {} } as never,
  { protects: false, words: '', seal: () => Buffer.alloc(0), open: () => '' },
);

/** Looks each minute for so many hours. */
async function watch(watchdog: Watchdog, background: Background, clock: FakeClock, hours: number): Promise<void> {
  for (let minute = 0; minute < hours * 60; minute++) {
    clock.jump(MINUTE);
    watchdog.look();
    await background.settled();
  }
}

test('it looks at the plans alone, tells trouble once a day, and says what to do', async () => {
  const clock = new FakeClock();
  const told: DesktopNotification[] = [];
  const states = new Map<string, Told>();
  let state: PlanSummary['state'] = 'ok';
  const background = new Background(clock, capturedLog().log);
  const watchdog = new Watchdog({
    clock,
    background,
    alerts: { get: (id) => states.get(id), save: (id, one) => void states.set(id, one) },
    channels: new Channels({ settings: () => DEFAULT_SETTINGS, secrets: noSecrets, notify: (one) => told.push(one) }),
    plans: () => [
      { plan: { id: 'p', name: 'hone' }, state, reason: 'A backup should have been made by now.' } as PlanSummary,
    ],
    undelivered: (_channel, message) => expect.unreachable(message),
  });
  await watch(watchdog, background, clock, 1);
  expect(told).toEqual([]);
  state = 'overdue';
  await watch(watchdog, background, clock, 1);
  expect(told).toEqual([
    { title: 'hone is overdue', body: expect.stringMatching(/^A backup should .* back up now\.$/), place: '/plans/p' },
  ]);
  await watch(watchdog, background, clock, 24);
  expect(told.map(({ title }) => title)).toEqual(['hone is overdue', 'hone is still overdue']);
});

test('a catalog that cannot be written neither silences an alert nor has it told again and again', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const states = new Map<string, Told>();
  let full = true;
  const background = new Background(clock, capturedLog().log);
  const watchdog = new Watchdog({
    clock,
    background,
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
  await watch(watchdog, background, clock, 1);
  expect(told).toEqual(['hone failed']);
  full = false;
  await watch(watchdog, background, clock, 1);
  expect(told).toEqual(['hone failed']);
  expect(states.get('p')).toMatchObject({ state: 'failed' });
});
