import { z } from 'zod';
import { Schedule, TimeZone } from '../../../src-shared/model/schedule.ts';
import type { ScheduledTimes } from '../../../src-shared/schedule/missed-times.ts';
import { rememberTimes } from '../../../src-shared/schedule/remembered-times.ts';
import type { ScheduleState } from '../catalog/repos/schedule-repo.ts';
import { scheduledTimesOf } from './calendar-times.ts';
import { hasTime, scheduleInWords } from './schedule-words.ts';

const ScheduleText = z.tuple([Schedule, TimeZone]);

/** A schedule and its time zone as the text by which a change is noticed. */
export const textOf = (...schedule: z.infer<typeof ScheduleText>): string => JSON.stringify(schedule);

/** What is known of a plan's schedule for a job. The text is computed on the first request, and then kept. */
export interface KnownSchedule {
  readonly state: ScheduleState;
  scheduledTimes(): ScheduledTimes;
  /** As a sentence. @param zone asks for the machine's time zone */
  words(zone: () => string): string;
}

/** @param before what was known until now; `undefined`: nothing */
export function knownSchedule(state: ScheduleState, before?: KnownSchedule): KnownSchedule {
  if (before?.state.schedule === state.schedule && before.state.memory.anchor === state.memory.anchor)
    return { ...before, state };
  let times: ScheduledTimes | undefined;
  let words: { zone: string | null; text: string } | undefined;
  const schedule = (): z.infer<typeof ScheduleText> => ScheduleText.parse(JSON.parse(state.schedule));
  return {
    state,
    scheduledTimes: () => {
      times ??= rememberTimes(scheduledTimesOf(...schedule(), state.memory.anchor));
      return times;
    },
    words: (ask) => {
      if (words === undefined || (words.zone !== null && words.zone !== ask())) {
        const [given, timeZone] = schedule();
        const zone = hasTime(given) ? ask() : null;
        words = { zone, text: scheduleInWords(given, timeZone, zone ?? undefined) };
      }
      return words.text;
    },
  };
}
