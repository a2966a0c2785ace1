import { z } from 'zod';
import { FilePath } from './values.ts';

/** What the host can do that a browser alone cannot. */
export const Capabilities = z.object({
  /** Native pickers: `dialogs.*` work. Without them the window shows a picker that uses `files.list`. */
  nativeDialogs: z.boolean(),
  /** `files.reveal` works. */
  revealFiles: z.boolean(),
  /** A dropped file's path is known; otherwise its bytes are uploaded. */
  droppedPaths: z.boolean(),
  /** The system's notifications can be shown. */
  notifications: z.boolean(),
  /** There is a tray to stay in, and Snapkeep can be started at login. */
  tray: z.boolean(),
});
export type Capabilities = z.infer<typeof Capabilities>;

/** Those of a host without a desktop. */
export const NO_CAPABILITIES: Capabilities = {
  nativeDialogs: false,
  revealFiles: false,
  droppedPaths: false,
  notifications: false,
  tray: false,
};

export const AppInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'server', 'cli']),
  platform: z.string(),
  dataFolder: FilePath,
  safetyFolder: FilePath,
  versions: z.object({ sqlite: z.string(), node: z.string() }),
  capabilities: Capabilities,
});
export type AppInfo = z.infer<typeof AppInfo>;
