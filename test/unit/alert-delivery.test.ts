import { expect, test } from 'vitest';
import { AlertDelivery } from '../../src-main/core/alerts/alert-delivery.ts';
import type { QueuedAlert } from '../../src-main/core/catalog/repos/alert-repo.ts';
import type { CoreContext } from '../../src-main/core/core-context.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DAY = 86_400_000;

test('an alert that cannot be delivered is dropped after a week, and not by a clock that is ahead for a moment', async () => {
  const clock = new FakeClock(Date.UTC(2026, 10, 27));
  const at = clock.now().toISOString();
  const first = { channel: 'mail', alert: { title: 'App failed' }, tries: 0, nextAt: at, createdAt: at };
  let queue = [{ ...first, id: 1, ageMs: 0, lookedAt: at, lastError: null }] as QueuedAlert[];
  let tick = Promise.resolve();
  const alerts = {
    queued: () => queue,
    putOff: (alert: QueuedAlert) => {
      queue = [alert];
    },
    unqueue: () => {
      queue = [];
    },
  };
  const deliveries = new AlertDelivery({
    clock,
    background: {
      append: (_name: string, work: () => Promise<void>) => {
        tick = work();
      },
    },
    catalog: { alerts },
    channels: { send: () => Promise.reject(new Error('The server is down.')) },
    events: { emit: () => {} },
    log: { warn: () => {}, error: () => {} },
  } as unknown as CoreContext);
  const goOn = async (ms: number): Promise<void> => {
    clock.jump(ms);
    deliveries.tick();
    await tick;
  };
  await goOn(0);
  await goOn(40 * DAY);
  await goOn(-40 * DAY);
  expect(queue).toMatchObject([{ tries: 3, ageMs: DAY }]);
  for (let hour = 0; hour < 5 * 24; hour++) await goOn(DAY / 24);
  expect(queue).toHaveLength(1);
  for (let hour = 0; hour < 2 * 24; hour++) await goOn(DAY / 24);
  expect(queue).toEqual([]);
});
