import { z } from 'zod';

/** What a person decides about the application as a whole. */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** How long a restore waits for another program's write lock, in seconds: 1 to 600. */
  lockWaitSeconds: z.number().int().min(1).max(600),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = { theme: 'system', lockWaitSeconds: 30 };
