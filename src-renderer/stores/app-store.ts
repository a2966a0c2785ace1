import { create } from 'zustand';
import type { AppInfo } from '../../src-shared/model/app-info.ts';
import type { Pause } from '../../src-shared/model/schedule.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src-shared/model/settings.ts';

interface AppState {
  /** `null` until the first connection attempt has ended. */
  connected: boolean | null;
  /** A browser has to log in first. */
  loggedIn: boolean;
  info: AppInfo | null;
  settings: Settings;
  /** The pause of everything. */
  paused: Pause | null;
}

/** The state of the application. */
export const useAppStore = create<AppState>(() => ({
  connected: null,
  loggedIn: true,
  info: null,
  settings: DEFAULT_SETTINGS,
  paused: null,
}));
