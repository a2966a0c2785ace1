import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  boundsOnScreen,
  readWindowState,
  rememberWindowState,
} from '../../../src-main/electron/window/window-state.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const monitor = { x: 1440, y: 0, width: 2560, height: 1400 };
const there = { x: 1500, y: 100, width: 1600, height: 1000, maximized: false };

test('the first window has its usual size and no place of its own', () => {
  expect(boundsOnScreen(undefined, [laptop])).toEqual({ width: 1280, height: 800, maximized: false });
});

test('a window opens where it was', () => {
  expect(boundsOnScreen(there, [laptop, monitor])).toEqual(there);
  expect(boundsOnScreen({ ...there, maximized: true }, [laptop, monitor]).maximized).toBe(true);
});

test('a window of a screen that is gone comes to one that is there, no larger than it', () => {
  expect(boundsOnScreen(there, [laptop])).toEqual({ width: 1440, height: 875, maximized: false });
});

test.each([
  ['its title bar is above the screen', { ...there, y: -50 }],
  ['its title bar is below the screen', { ...there, y: 1390 }],
  ['only a strip is left of it', { ...there, x: 3990 }],
])('%s: it comes back', (_name, state) => {
  expect(boundsOnScreen(state, [laptop, monitor])).not.toHaveProperty('x');
});

test('one that reaches the screen only while it is wider than it comes back', () => {
  const wide = { x: -2000, y: 100, width: 5000, height: 700, maximized: false };
  expect(boundsOnScreen(wide, [laptop])).toEqual({ width: 1440, height: 700, maximized: false });
});

test('wherever it was, it can be taken hold of', () => {
  const coordinate = fc.integer({ min: -100_000, max: 100_000 });
  const state = fc.record({ x: coordinate, y: coordinate, width: coordinate, height: coordinate });
  fc.assert(
    fc.property(state, (at) => {
      const place = boundsOnScreen({ ...at, maximized: false }, [laptop, monitor]);
      expect(place.width).toBeGreaterThanOrEqual(900);
      expect(place.height).toBeGreaterThanOrEqual(600);
      if (place.x === undefined || place.y === undefined) return;
      const { x, y, width } = place;
      const graspable = [laptop, monitor].some(
        (area) => y >= area.y && y < area.y + area.height && x + width > area.x && x < area.x + area.width,
      );
      expect(graspable).toBe(true);
    }),
  );
});

test.each([
  ['no file', undefined],
  ['a file that was cut off', '{"x":1,'],
  ['another content', '{"x":"left","y":0,"width":1,"height":1,"maximized":false}'],
])('%s is no state', (_name, text) => {
  const file = stateFile();
  if (text !== undefined) writeFileSync(file, text);
  expect(readWindowState(file)).toBeUndefined();
});

test('what was remembered is read again, by its owner alone', () => {
  const file = stateFile();
  let close = (): void => {};
  const { maximized, ...bounds } = there;
  const window = {
    getNormalBounds: () => bounds,
    isMaximized: () => maximized,
    on: (_event: string, listener: () => void) => {
      close = listener;
    },
  };
  rememberWindowState(window as unknown as BrowserWindow, file);
  close();
  expect(readWindowState(file)).toEqual(there);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeep-window-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'window.json');
}
