import { z } from 'zod';
import { Retention } from '../plan.ts';
import { Schedule, TimeZone } from '../schedule.ts';
import { KnownProgram } from '../values.ts';

/** What can be read from a command or script that backed something up. */
export const OldCommandFacts = z.object({
  /** Whose data it is; `null`: that cannot be told. */
  program: KnownProgram.nullable(),
  does: z.enum(['backup', 'verify', 'copy', 'cleanup', 'unknown']),
  /** The database, or what was copied, where its path stands there. */
  source: z.string().nullable(),
  /** The folder of the backups, or where they were copied to. */
  destination: z.string().nullable(),
  retention: Retention.nullable(),
  /** What the secrets are called that stood there; they were not kept. */
  secrets: z.array(z.string()),
});
export type OldCommandFacts = z.infer<typeof OldCommandFacts>;

/** A schedule that was read from what ran the backups so far. */
export const OldSchedule = z.object({
  /** The line it stands in, counted from 1. */
  line: z.number().int().positive(),
  schedule: Schedule,
  timeZone: TimeZone,
  /** What was run, without secrets; `null` where the program itself did it. */
  command: z.string().nullable(),
  facts: OldCommandFacts,
  /** What is to be known of it, one sentence each. */
  notes: z.array(z.string()),
});
export type OldSchedule = z.infer<typeof OldSchedule>;

/** Everything that was read, and the lines that could not be, each with a sentence that says why. */
export const OldSchedules = z.object({
  schedules: z.array(OldSchedule),
  unread: z.array(z.object({ line: z.number().int().positive(), problem: z.string() })),
});
export type OldSchedules = z.infer<typeof OldSchedules>;
