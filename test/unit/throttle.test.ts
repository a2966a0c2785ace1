import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Throttle, type ThrottleClock, Throttles } from '../../src-main/core/destinations/drivers/throttle.ts';

/** A clock that has waited as soon as it is asked to. */
function quickClock(): ThrottleClock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    wait: async (milliseconds: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      clock.time += milliseconds;
    },
  };
  return clock;
}

test('never more passes than the limit and one piece, and no time is wasted', async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1024, max: 10_000_000 }), async (sizes, bytesPerSecond) => {
      const clock = quickClock();
      const throttle = new Throttle(bytesPerSecond, clock);
      let before = 0;
      for (const size of sizes) {
        await throttle.take(size);
        expect(clock.time).toBeCloseTo((before / bytesPerSecond) * 1000, 3);
        before += size;
      }
    }),
  );
});

test('an idle time earns no burst', async () => {
  const clock = quickClock();
  const throttle = new Throttle(1000, clock);
  await throttle.take(500);
  clock.time = 60_000;
  await throttle.take(500);
  expect(clock.time).toBe(60_000);
  await throttle.take(500);
  expect(clock.time).toBe(60_500);
});

test('transfers that go on at once share the limit', async () => {
  const clock = quickClock();
  const waits: number[] = [];
  const throttle = new Throttle(1000, { now: () => 0, wait: async (milliseconds) => void waits.push(milliseconds) });
  await Promise.all([throttle.take(1000), throttle.take(1000), throttle.take(1000)]);
  expect(waits).toEqual([1000, 2000]);
  expect(clock.time).toBe(0);
});

test('without a limit nothing waits, and a wait can be cancelled', async () => {
  const clock = quickClock();
  await new Throttle(null, clock).take(10 ** 9);
  expect(clock.time).toBe(0);
  const throttle = new Throttle(1000, clock);
  await throttle.take(10_000);
  await expect(throttle.take(1, AbortSignal.abort())).rejects.toThrow();
});

test('all who transfer to one destination share its limit, and another limit holds from then on', async () => {
  const clock = quickClock();
  const throttles = new Throttles(clock);
  await throttles.of('nas', 1000).take(1000);
  await throttles.of('host', 1000).take(1);
  expect(clock.time).toBe(0);
  await throttles.of('nas', 1000).take(1);
  expect(clock.time).toBe(1000);
  await throttles.of('nas', 2000).take(2000);
  expect(clock.time).toBe(1000);
});
