import { KEEP_ALL, type Retention } from '../model/retention.ts';
import type { Schedule } from '../model/schedule.ts';

/** When a new plan is backed up, where a person says nothing else. */
export const USUAL_SCHEDULE: Schedule = { kind: 'daily', time: '02:00' };

/** What a new plan keeps, where a person says nothing else. */
export const USUAL_RETENTION: Retention = { ...KEEP_ALL, keepLast: 7, daily: 30, weekly: 12, monthly: 12 };
