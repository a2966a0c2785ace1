import { expect, test } from 'vitest';
import { Watchdog } from '../../src-main/core/alerts/watchdog.ts';
import type { Alert, AlertChannel } from '../../src-shared/model/alert.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import type { MutedPlan } from '../../src-shared/model/settings.ts';
import type { AlertRecord } from '../../src-shared/rules/state/alerting.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
/** Keeps what is told; over the desktop alone. */
function toldBy(told: Alert[]) {
  return {
    channels: { inUse: (): AlertChannel[] => ['desktop'] },
    deliveries: { add: (_channel: AlertChannel, alert: Alert) => void told.push(alert) },
    muted: (): MutedPlan[] => [],
  };
}

/** Looks each minute for so many hours. */
function watch(watchdog: Watchdog, clock: FakeClock, hours: number): void {
  for (let minute = 0; minute < hours * 60; minute++) {
    clock.jump(MINUTE);
    watchdog.tick();
  }
}

test('it looks at the plans alone, tells trouble once a day, and says what to do', () => {
  const clock = new FakeClock();
  const told: Alert[] = [];
  const states = new Map<string, AlertRecord>();
  let state: PlanSummary['state'] = 'ok';
  const watchdog = new Watchdog({
    clock,
    alerts: { get: (id) => states.get(id), save: (id, one) => void states.set(id, one) },
    ...toldBy(told),
    plans: () => [{ plan: { id: 'p', name: 'hone' }, state, reason: 'A scheduled backup was missed.' } as PlanSummary],
  });
  watch(watchdog, clock, 1);
  expect(told).toEqual([]);
  state = 'overdue';
  watch(watchdog, clock, 1);
  expect(told).toEqual([
    expect.objectContaining({
      title: 'hone is overdue',
      message: expect.stringMatching(/^A scheduled backup .* back up now\.$/),
      planId: 'p',
    }),
  ]);
  watch(watchdog, clock, 24);
  expect(told.map(({ title }) => title)).toEqual(['hone is overdue', 'hone is still overdue']);
});

test('a catalog that cannot be written neither silences an alert nor has it told again and again', () => {
  const clock = new FakeClock();
  const told: Alert[] = [];
  const states = new Map<string, AlertRecord>();
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
    ...toldBy(told),
    plans: () => [{ plan: { id: 'p', name: 'hone' }, state: 'failed', reason: 'No space.' } as PlanSummary],
  });
  watch(watchdog, clock, 1);
  expect(told.map(({ title }) => title)).toEqual(['hone failed']);
  full = false;
  watch(watchdog, clock, 1);
  expect(told.map(({ title }) => title)).toEqual(['hone failed']);
  expect(states.get('p')).toMatchObject({ state: 'failed' });
});

test('no reminder is sent of a plan that is muted in its state; another state and its end are told', () => {
  const clock = new FakeClock();
  const told: Alert[] = [];
  const states = new Map<string, AlertRecord>();
  let state: PlanSummary['state'] = 'overdue';
  const watchdog = new Watchdog({
    clock,
    alerts: { get: (id) => states.get(id), save: (id, one) => void states.set(id, one) },
    ...toldBy(told),
    muted: () => [{ planId: 'p', state: 'overdue' }],
    plans: () => [{ plan: { id: 'p', name: 'hone' }, state, reason: 'Why.' } as PlanSummary],
  });
  watch(watchdog, clock, 50);
  expect(told.map(({ title }) => title)).toEqual(['hone is overdue']);
  state = 'failed';
  watch(watchdog, clock, 1);
  state = 'ok';
  watch(watchdog, clock, 1);
  expect(told.map(({ title }) => title)).toEqual(['hone is overdue', 'hone failed', 'hone recovered']);
});

test('paused pruning is told at once, once a day while it lasts, and when it is over', () => {
  const clock = new FakeClock();
  const told: Alert[] = [];
  const states = new Map<string, AlertRecord>();
  const paused = 'Pruning paused: app.db.gz is dated in the future (26 Nov 2028).';
  let summary: Partial<PlanSummary> = { state: 'ok', reason: 'Fine.', pruningPaused: null };
  const start = () =>
    new Watchdog({
      clock,
      alerts: { get: (id) => states.get(id), save: (id, one) => void states.set(id, one) },
      ...toldBy(told),
      plans: () => [{ plan: { id: 'p', name: 'hone' }, ...summary } as PlanSummary],
    });
  watch(start(), clock, 30);
  expect(told).toEqual([]);
  summary = { state: 'paused', reason: paused, pruningPaused: paused };
  watch(start(), clock, 1);
  expect(told).toMatchObject([
    {
      kind: 'trouble',
      title: 'Pruning of hone is paused',
      message: `${paused} Review why pruning is paused, then resume it.`,
    },
  ]);
  // Also after a restart, and not more often.
  watch(start(), clock, 72);
  expect(told.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
    'trouble: Pruning of hone is paused',
    ...Array.from({ length: 3 }, () => 'reminder: Pruning of hone is still paused'),
  ]);
  // Another trouble is told with it.
  summary = { state: 'failed', reason: 'No space.', pruningPaused: paused };
  watch(start(), clock, 1);
  expect(told.at(-1)).toMatchObject({ title: 'hone failed', message: expect.stringContaining(`No space.`) });
  expect(told.at(-1)?.message).toContain(paused);
  summary = { state: 'ok', reason: 'Fine.', pruningPaused: null };
  watch(start(), clock, 1);
  expect(told.slice(4).map(({ title }) => title)).toEqual(['hone failed', 'hone recovered']);
});
