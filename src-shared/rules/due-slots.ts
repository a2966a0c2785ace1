/** The slots of a schedule on the time line; all instants in milliseconds since 1970. */
export interface Slots {
  /** The first slot after an instant; `null` when there is none. */
  after(instant: number): number | null;
  /** The newest slot at or before an instant and after `since`; `null` when there is none. */
  latest(instant: number, since: number): number | null;
}

/** What is remembered of a schedule. Instants in milliseconds since 1970. */
export interface SlotMemory {
  /** When the schedule was set; slots up to then are not its own. */
  anchor: number;
  /** The newest slot that has come, served or not; `null` before the first. */
  lastSlot: number | null;
  /** The slot that waits to be served, and how many are folded into it. */
  due: { slot: number; slots: number } | null;
}

/** A clock is corrected by so much without being wrong, in milliseconds: 10 minutes, as long as nothing is overdue. */
export const CLOCK_GRACE_MS = 10 * 60_000;

/** Missed slots are counted up to here; what matters is that they are many. */
const MOST_COUNTED = 1000;

/**
 * Looks at the clock: which slot has come since it was last looked at. However many came, one is to be served.
 *
 * What has come stays in the past while the clock is only corrected: slots that had come do not come again. When it is
 * behind the newest known slot by more than {@link CLOCK_GRACE_MS}, then or now it was wrong, and the schedule goes on
 * from what the clock says now: nothing would be backed up until the other time is reached again.
 */
export function advanceSlots(memory: SlotMemory, now: number, slots: Slots): SlotMemory {
  const known = Math.max(memory.anchor, memory.lastSlot ?? memory.anchor);
  if (wasSetBack(memory, now)) return { anchor: now, lastSlot: null, due: memory.due };
  const latest = slots.latest(now, known);
  if (latest === null) return memory;
  const came = countSlots(slots, known, latest);
  return { ...memory, lastSlot: latest, due: { slot: latest, slots: came + (memory.due?.slots ?? 0) } };
}

/** Whether the clock is so far behind the newest known slot that the schedule begins anew. */
export function wasSetBack({ anchor, lastSlot }: SlotMemory, now: number): boolean {
  return Math.max(anchor, lastSlot ?? anchor) - now > CLOCK_GRACE_MS;
}

/** The slot that comes next. */
export function nextSlot(memory: SlotMemory, now: number, slots: Slots): number | null {
  return slots.after(Math.max(memory.anchor, memory.lastSlot ?? memory.anchor, now));
}

/** The slots every so many milliseconds from an instant on. */
export function everySlots(anchor: number, intervalMs: number): Slots {
  const indexAt = (instant: number): number => Math.floor((instant - anchor) / intervalMs);
  const at = (index: number): number => anchor + index * intervalMs;
  return {
    after: (instant) => at(Math.max(1, indexAt(instant) + 1)),
    latest: (instant, since) => {
      const index = indexAt(instant);
      return index >= 1 && at(index) > since ? at(index) : null;
    },
  };
}

/** No slot at all. */
export const NO_SLOTS: Slots = { after: () => null, latest: () => null };

function countSlots(slots: Slots, since: number, latest: number): number {
  let count = 0;
  for (let slot = slots.after(since); slot !== null && slot <= latest && count < MOST_COUNTED; slot = slots.after(slot))
    count += 1;
  return count;
}
