import { z } from 'zod';
import { Bytes, Instant } from './values.ts';

/** A day of the machine's time zone, `YYYY-MM-DD`. */
const Day = z.string();

/** Free and total bytes of the disk or server of a destination. */
export const Space = z.object({ freeBytes: Bytes, totalBytes: Bytes });
export type Space = z.infer<typeof Space>;

/** The use of a destination on one day. */
export const StorageDay = z.object({
  day: Day,
  /** The size of the snapshots of this service; at a destination, with those in its trash. */
  storedBytes: Bytes,
  /** `null`: the destination does not tell. */
  freeBytes: Bytes.nullable(),
  totalBytes: Bytes.nullable(),
});
export type StorageDay = z.infer<typeof StorageDay>;

/** What was stored of a plan on one day, at all its destinations. */
export const PlanStorageDay = StorageDay.pick({ day: true, storedBytes: true });
export type PlanStorageDay = z.infer<typeof PlanStorageDay>;

/** How fast a destination fills. */
export const StorageGrowth = z.object({
  /** Of the stored snapshots, those in the trash included; negative: they shrink. */
  bytesPerWeek: z.number().int(),
  /** When nothing will be free there at this rate; `null`: not within ten years, or unknown. */
  fullInDays: z.number().int().nonnegative().nullable(),
});
export type StorageGrowth = z.infer<typeof StorageGrowth>;

/** The newest known space of a destination. */
export const KnownSpace = z.object({ day: Day, freeBytes: Bytes, totalBytes: Bytes.nullable() });
export type KnownSpace = z.infer<typeof KnownSpace>;

/** What is stored at one destination, over time and by plan. */
export const DestinationStorage = z.object({
  /** Oldest first: each of the last 90 recorded days, before them one day a week for two years; today last. */
  days: z.array(StorageDay),
  /** The largest first. */
  plans: z.array(
    z.object({
      /** `null`: snapshots without a plan. */
      planId: z.uuid().nullable(),
      name: z.string(),
      snapshotCount: z.number().int().nonnegative(),
      storedBytes: Bytes,
    }),
  ),
});
export type DestinationStorage = z.infer<typeof DestinationStorage>;

/** The size of the source of a plan when a snapshot was taken. */
export const SourceSize = z.object({ at: Instant, bytes: Bytes });
export type SourceSize = z.infer<typeof SourceSize>;

/** What is stored of a plan over time. */
export const PlanStorage = z.object({
  /** Oldest first: each of the last 90 recorded days, before them one day a week for two years; today last. */
  days: z.array(PlanStorageDay),
  /** `null`: too few days are known. */
  growth: StorageGrowth.nullable(),
});
export type PlanStorage = z.infer<typeof PlanStorage>;
