import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withinTime } from '../../src-main/core/destinations/ask-in-time.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what does not answer for fifteen seconds is late', async () => {
  const answer = withinTime(new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(14_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  await expect(answer).resolves.toBe('late');
  expect(vi.getTimerCount()).toBe(0);
});

test('what answered while the machine slept is heard, though the clock comes first', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const answer = withinTime(promise);
  await vi.advanceTimersByTimeAsync(500);
  // On waking, each timer that has become due runs once, before anything that was read meanwhile is handed over.
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersToNextTimer();
  resolve('here');
  await expect(answer).resolves.toBe('here');
  expect(vi.getTimerCount()).toBe(0);
});
