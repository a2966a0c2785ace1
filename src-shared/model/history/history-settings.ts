import { z } from 'zod';

/** What a plan stores: full snapshots, a history, or a history between full snapshots. */
export const StorageMode = z.enum(['full', 'history', 'both']);
export type StorageMode = z.infer<typeof StorageMode>;

const amount = (most: number) => z.int().min(0).max(most);

/** Which points in time of a history are kept. What lies between two of them is merged. */
export const HistoryKeepRules = z.strictObject({
  /** Every minute of this many hours. */
  minutesForHours: amount(720).default(2),
  /** Every hour of this many days. */
  hoursForDays: amount(366).default(2),
  /** Every day of this many days. */
  daysForDays: amount(3660).default(30),
  /** Every month of this many months. */
  monthsForMonths: amount(1200).default(12),
});
export type HistoryKeepRules = z.infer<typeof HistoryKeepRules>;

/** The shortest and the longest time between two captures, in seconds. */
export const SHORTEST_CAPTURE_INTERVAL = 1;
export const LONGEST_CAPTURE_INTERVAL = 86_400;

/** What a person decides about the history of a plan. */
export const HistorySettings = z.strictObject({
  storage: StorageMode,
  /** The shortest time between two captures, in seconds. */
  intervalSeconds: z.int().min(SHORTEST_CAPTURE_INTERVAL).max(LONGEST_CAPTURE_INTERVAL).default(60),
  keep: HistoryKeepRules.default({ minutesForHours: 2, hoursForDays: 2, daysForDays: 30, monthsForMonths: 12 }),
});
export type HistorySettings = z.infer<typeof HistorySettings>;

/** The settings of a plan without a history, as it may get one later. */
export const NO_HISTORY: HistorySettings = {
  storage: 'full',
  intervalSeconds: 60,
  keep: { minutesForHours: 2, hoursForDays: 2, daysForDays: 30, monthsForMonths: 12 },
};

/** Whether a plan stores no full snapshots: its backups are captures. */
export const isHistoryOnly = ({ storage }: Pick<HistorySettings, 'storage'>): boolean => storage === 'history';

/** Whether a plan has a history. */
export const hasHistory = ({ storage }: Pick<HistorySettings, 'storage'>): boolean => storage !== 'full';
