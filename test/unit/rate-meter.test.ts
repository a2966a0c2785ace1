import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateMeter } from '../../src-main/core/runs/rate-meter.ts';

test('there is no rate before there is something to measure', () => {
  const meter = new RateMeter();
  expect(meter.measure('copying', 0, 100, 0)).toEqual({ phase: 'copying', done: 0, total: 100, rate: null });
  expect(meter.measure('copying', 10, 100, 100).rate).toBeNull();
  expect(meter.measure('copying', 50, 100, 1000).rate).toBe(50);
});

test('it is that of the last seconds', () => {
  const meter = new RateMeter();
  for (let second = 0; second <= 10; second++) meter.measure('copying', second * 1000, null, second * 1000);
  for (let second = 11; second <= 20; second++) meter.measure('copying', 10_000, null, second * 1000);
  expect(meter.measure('copying', 10_000, null, 21_000).rate).toBe(0);
});

test('another phase, or one that begins again, starts anew', () => {
  const meter = new RateMeter();
  meter.measure('copying', 0, null, 0);
  meter.measure('copying', 5000, null, 1000);
  expect(meter.measure('verifying', 0, null, 2000).rate).toBeNull();
  meter.measure('verifying', 500, null, 3000);
  expect(meter.measure('verifying', 0, null, 4000).rate).toBeNull();
});

test('it is never below zero nor infinite', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('copying', 'verifying'), fc.nat(), fc.nat({ max: 3000 }))),
      (reports) => {
        const meter = new RateMeter();
        let at = 0;
        for (const [phase, done, later] of reports) {
          at += later;
          const { rate } = meter.measure(phase as 'copying', done, null, at);
          if (rate !== null) expect(rate >= 0 && Number.isFinite(rate)).toBe(true);
        }
      },
    ),
  );
});
