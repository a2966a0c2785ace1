import { DAY_MS } from '../rules/durations.ts';

/** What a restore or deletion kept: a safety snapshot, or a folder beside its target. */
export interface KeptContent {
  id: string;
  /** The database, file or folder that it was. */
  targetPath: string;
  /** How long it has been kept, in milliseconds, as counted by looks at the clock. */
  ageMs: number;
  bytes: number;
}

/** How long what restores kept stays. */
export interface SafetyRetention {
  /** In days: at least {@link SHORTEST_DAYS}. */
  safetyKeepDays: number;
  /** How much all of it may take, in bytes; `null`: as much as it is. */
  safetyMaxBytes: number | null;
}

/** Nothing younger is removed, whatever it takes. */
export const SHORTEST_DAYS = 30;

/**
 * Decides what is removed of what restores kept: what is older than the days, and the oldest beyond the size. The
 * newest of each target stays, and so does everything of the last {@link SHORTEST_DAYS} days.
 * @param kept in the order of keeping, the newest first
 * @returns the ids of what goes
 */
export function safetyToRemove(kept: readonly KeptContent[], retention: SafetyRetention): Set<string> {
  const newest = new Map<string, string>();
  for (const { targetPath, id } of kept) if (!newest.has(targetPath)) newest.set(targetPath, id);
  const mayGo = kept.filter(
    ({ id, targetPath, ageMs }) => newest.get(targetPath) !== id && ageMs > SHORTEST_DAYS * DAY_MS,
  );
  const gone = new Set(mayGo.filter(({ ageMs }) => ageMs > retention.safetyKeepDays * DAY_MS).map(({ id }) => id));
  let bytes = kept.reduce((sum, each) => sum + (gone.has(each.id) ? 0 : each.bytes), 0);
  for (const each of [...mayGo].reverse()) {
    if (retention.safetyMaxBytes === null || bytes <= retention.safetyMaxBytes) break;
    if (gone.has(each.id)) continue;
    gone.add(each.id);
    bytes -= each.bytes;
  }
  return gone;
}
