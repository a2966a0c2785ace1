import { readFileSync, writeFileSync } from 'node:fs';
import type { BrowserWindow, Rectangle, Size } from 'electron';
import { z } from 'zod';

const pixels = z.number().int().min(-100_000).max(100_000);

/** Where the window was; written by Snapkeep alone, but read as if it were not. */
const WindowState = z.object({ x: pixels, y: pixels, width: pixels, height: pixels, maximized: z.boolean() });
export type WindowState = z.infer<typeof WindowState>;

/** Where a window is to open. Without a position the system finds one. */
export interface WindowBounds {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximized: boolean;
}

export const DEFAULT_SIZE = { width: 1280, height: 800 };
export const SMALLEST_SIZE = { width: 900, height: 600 };

/** What must be on a screen so that the window can be taken hold of: so much of its title bar. */
const GRIP = { width: 120, height: 30 };

/**
 * Finds bounds for the window on the current screens: the old ones, no larger than the screen, or in the
 * middle where the old one cannot be reached any more.
 * @param workAreas of all screens, the main one first
 */
export function boundsOnScreen(state: WindowState | undefined, workAreas: readonly Rectangle[]): WindowBounds {
  if (state !== undefined) {
    for (const area of workAreas) {
      const bounds = { ...state, ...fittingSize(state, area) };
      if (canBeGrasped(bounds, area)) return bounds;
    }
  }
  return { ...fittingSize(state ?? DEFAULT_SIZE, workAreas[0]), maximized: state?.maximized ?? false };
}

function fittingSize(wanted: Size, area: Size = wanted): Size {
  return {
    width: Math.max(SMALLEST_SIZE.width, Math.min(wanted.width, area.width)),
    height: Math.max(SMALLEST_SIZE.height, Math.min(wanted.height, area.height)),
  };
}

function canBeGrasped(window: Rectangle, area: Rectangle): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const titleBarIsIn = window.y >= area.y && window.y + GRIP.height <= area.y + area.height;
  return across >= GRIP.width && titleBarIsIn;
}

/** What was written down; `undefined` where there is nothing that makes sense. */
export function readWindowState(file: string): WindowState | undefined {
  try {
    return WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The first start, or a file that was interrupted: the window opens as it does at first.
    return undefined;
  }
}

/** Writes down where the window is whenever it is closed or hidden. */
export function rememberWindowState(window: BrowserWindow, file: string): void {
  const remember = (): void => {
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    } catch {
      // A full disk must not keep the window open.
    }
  };
  window.on('close', remember);
}
