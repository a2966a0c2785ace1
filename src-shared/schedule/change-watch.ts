import { z } from 'zod';

/** What is remembered of a source that is backed up when it changes. Instants in milliseconds since 1970. */
export const ChangeMemory = z.object({
  /** What the source's files looked like when they were last backed up; `null` before the first time. */
  backedUp: z.string().nullable(),
  /** What they looked like last. */
  seen: z.string().nullable(),
  /** When they were first seen to differ from what was backed up; `null` while they do not. */
  changedSince: z.number().nullable(),
  /** When they were last seen to change. */
  lastChange: z.number().nullable(),
});
export type ChangeMemory = z.infer<typeof ChangeMemory>;

export const NO_CHANGE: ChangeMemory = { backedUp: null, seen: null, changedSince: null, lastChange: null };

/** Takes in what the source's files look like now. A change that was seen in the future is seen now: the clock was wrong. */
export function noticeChange(memory: ChangeMemory, fingerprint: string, now: number): ChangeMemory {
  if (fingerprint === memory.backedUp) return { ...memory, seen: fingerprint, changedSince: null, lastChange: null };
  const moved = fingerprint !== memory.seen || memory.changedSince === null;
  return {
    ...memory,
    seen: fingerprint,
    changedSince: Math.min(memory.changedSince ?? now, now),
    lastChange: moved ? now : Math.min(memory.lastChange ?? now, now),
  };
}

/** When the change is to be backed up: after it has been quiet, or has gone on, for long enough; `null`: nothing has changed. */
export function changeDueAt(
  memory: ChangeMemory,
  { quietMinutes, atLatestMinutes }: { quietMinutes: number; atLatestMinutes: number },
): number | null {
  if (memory.changedSince === null || memory.lastChange === null) return null;
  return Math.min(memory.lastChange + quietMinutes * 60_000, memory.changedSince + atLatestMinutes * 60_000);
}
