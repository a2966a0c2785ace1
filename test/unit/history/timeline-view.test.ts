import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TIMELINE_ZOOMS } from '../../../src-shared/rules/history/timeline.ts';
import {
  movedView,
  viewAround,
  viewEnd,
  viewShowing,
  viewUpTo,
  zoomedView,
} from '../../../src-shared/rules/history/timeline-view.ts';

const NOW = Date.UTC(2026, 10, 28, 15);
const HOUR = 3_600_000;
const zooms = fc.constantFrom(...TIMELINE_ZOOMS.map(({ name }) => name));
const contains = (view: Parameters<typeof viewEnd>[0], at: number): boolean => at >= view.from && at < viewEnd(view);

test('what is selected stays in sight at each zoom, from a year to a minute and back', () => {
  fc.assert(
    fc.property(zooms, fc.integer({ min: -400, max: 400 }), fc.constantFrom(1, -1), (zoom, hours, direction) => {
      const at = NOW + hours * HOUR;
      const shown = viewShowing(viewAround(zoom, NOW), at);
      expect(contains(shown, at)).toBe(true);
      expect(contains(zoomedView(shown, direction, at), at)).toBe(true);
    }),
  );
});

test('zooming ends at a year and at a minute, and keeps the middle where nothing in sight is selected', () => {
  const [year, minute] = [viewAround('year', NOW), viewAround('minute', NOW)];
  expect(zoomedView(year, -1, null)).toBe(year);
  expect(zoomedView(minute, 1, null)).toBe(minute);
  expect(zoomedView(viewAround('day', NOW), 1, NOW + 50 * HOUR)).toEqual(viewAround('hour', NOW));
});

test('a view that shows an instant is left as it is, one up to an instant ends with it, and moving goes half a view', () => {
  const view = viewUpTo('day', NOW);
  expect(contains(view, NOW)).toBe(true);
  expect(contains(view, NOW + 1)).toBe(false);
  expect(viewShowing(view, NOW)).toBe(view);
  expect(movedView(view, -1).from).toBe(view.from - 12 * HOUR);
  expect(movedView(movedView(view, -1), 1)).toEqual(view);
});
