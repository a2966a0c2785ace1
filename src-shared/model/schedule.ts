import { z } from 'zod';
import { Instant } from './values.ts';

/** A time of the day on a 24-hour clock, `HH:MM`. */
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export type TimeOfDay = z.infer<typeof TimeOfDay>;

/** A day of the week as in ISO 8601: 1 is Monday, 7 is Sunday. */
export const Weekday = z.number().int().min(1).max(7);
export type Weekday = z.infer<typeof Weekday>;

/** A name of the tz database, for example `Europe/Berlin`; `null` is the machine's own time zone. */
export const TimeZone = z.string().min(1).max(64).nullable();
export type TimeZone = z.infer<typeof TimeZone>;

/** When something happens automatically. */
export const Schedule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('manual') }),
  /** Every N hours, counted from when the schedule was set: the first time after one interval. */
  z.object({ kind: z.literal('interval'), hours: z.number().int().min(1).max(8760) }),
  z.object({ kind: z.literal('daily'), time: TimeOfDay }),
  z.object({ kind: z.literal('weekly'), days: z.array(Weekday).min(1).max(7), time: TimeOfDay }),
  /** On a day every month has, or on the last one. */
  z.object({
    kind: z.literal('monthly'),
    day: z.union([z.number().int().min(1).max(28), z.literal('last')]),
    time: TimeOfDay,
  }),
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  z.object({ kind: z.literal('cron'), expression: z.string().trim().min(1).max(120) }),
  /** Once the database has changed and been quiet for a while, or has been changing for so long. */
  z.object({
    kind: z.literal('on-change'),
    quietMinutes: z.number().int().min(1).max(1440),
    atLatestMinutes: z.number().int().min(1).max(10_080),
  }),
]);
export type Schedule = z.infer<typeof Schedule>;

/** Schedules are paused until an instant, or until a person resumes them. */
export const Pause = z.object({ until: Instant.nullable(), since: Instant });
export type Pause = z.infer<typeof Pause>;

/** What a schedule does for a plan. */
export const ScheduledJob = z.enum(['backup', 'restoreTest']);
export type ScheduledJob = z.infer<typeof ScheduledJob>;

/** A scheduled time that has come and has not been served yet. */
export const DueTime = z.object({
  /** The newest scheduled time that came; older ones are folded into it. */
  scheduledTime: Instant,
  /** How many scheduled times are served by it: 1, and those that were missed. */
  scheduledTimes: z.number().int().positive(),
  /** What it waits for, as a sentence; `null` when it can start. */
  waitingFor: z.string().nullable(),
  retryAt: Instant.nullable(),
});
export type DueTime = z.infer<typeof DueTime>;

/** Where a schedule stands. */
export const ScheduleStatus = z.object({
  /** The schedule as a sentence. */
  words: z.string(),
  nextTime: Instant.nullable(),
  due: DueTime.nullable(),
  /** A pause of the plan or of everything; the longer one. */
  paused: Pause.nullable(),
});
export type ScheduleStatus = z.infer<typeof ScheduleStatus>;
