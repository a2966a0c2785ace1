import { z } from 'zod';
import { AlertChannel } from '../model/alert.ts';
import { Run } from '../model/run.ts';
import { Pause } from '../model/schedule.ts';
import { Settings } from '../model/settings.ts';

/** Every event and what it carries. An event says what changed; a caller that missed one fetches again. */
export const events = {
  'run.changed': z.object({ run: Run }),
  /** A plan was added, changed or removed, or where it stands has changed. */
  'plans.changed': z.object({}),
  /** A destination was added, changed or removed, or how it stands has changed. */
  'destinations.changed': z.object({}),
  'snapshots.changed': z.object({ planId: z.uuid().nullable() }),
  'settings.changed': z.object({ settings: Settings }),
  /** The host asks the window to start restoring this file: it was opened with Snapkeep. */
  'restore.requested': z.object({ path: z.string() }),
  /** The host asks the window to show a place: a notification or a menu was clicked. */
  'place.requested': z.object({ place: z.string() }),
  /** An alert did not get through; it is tried again. */
  'alerts.undelivered': z.object({ channel: AlertChannel, message: z.string() }),
  /** Everything was paused or resumed. */
  'schedules.changed': z.object({ paused: Pause.nullable() }),
} as const;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]>;
