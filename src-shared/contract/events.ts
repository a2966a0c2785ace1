import { z } from 'zod';
import { AlertChannel } from '../model/alert.ts';
import { RecoveryKitState } from '../model/recovery/recovery-kit.ts';
import { Run } from '../model/run.ts';
import { Pause } from '../model/schedule.ts';
import { Settings } from '../model/settings.ts';

/** Every event and what it carries. An event says what changed; a caller that missed one fetches again. */
export const events = {
  /** A run has started, progressed or ended. */
  'run.changed': z.object({ run: Run }),
  /** Plans were added, changed or deleted, or their state has changed; `null`: any plans. */
  'plans.changed': z.object({ planIds: z.array(z.uuid()).nullable() }),
  /** Destinations were added, changed or removed, or their state has changed; `null`: any destinations. */
  'destinations.changed': z.object({ destinationIds: z.array(z.uuid()).nullable() }),
  /** Snapshots of a plan have changed; `null`: of any plan. */
  'snapshots.changed': z.object({ planId: z.uuid().nullable() }),
  /** A search has found databases, or where found databases stand has changed. */
  'databases.changed': z.object({}),
  /** A search for rows came further. */
  'rows.found': z.object({ runId: z.uuid() }),
  /** The settings have changed. */
  'settings.changed': z.object({ settings: Settings }),
  /** A file was opened with Snapkeep: the window should offer to restore it. */
  'restore.requested': z.object({ path: z.string() }),
  /** A notification or menu item was clicked: the window should show this page. */
  'page.requested': z.object({ page: z.string() }),
  /** An alert could not be delivered; it will be tried again. */
  'alerts.undelivered': z.object({ channel: AlertChannel, message: z.string() }),
  /** All schedules were paused or resumed. */
  'schedules.changed': z.object({ paused: Pause.nullable() }),
  /** The recovery kit was saved or printed. */
  'recoveryKit.saved': z.object({ status: RecoveryKitState }),
} as const;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]>;
