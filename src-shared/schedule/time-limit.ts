import type { RunKind } from '../model/run.ts';

/**
 * How long a run may take where its plan sets no limit: a day. A run that takes longer keeps its database from the next
 * daily backup, and at 100 MB/s a day is enough for 8 TB.
 */
export const DEFAULT_TIME_LIMIT_MINUTES = 24 * 60;

/**
 * How long a run may take, in minutes; `null`: as long as it needs. Copies have no limit, for the first ones over a slow
 * line may well take days, and a stalled transfer is ended anyway.
 */
export function timeLimitMinutes(
  kind: RunKind,
  plan: { readonly timeLimitMinutes: number | null } | undefined,
): number | null {
  return kind === 'copy' ? null : (plan?.timeLimitMinutes ?? DEFAULT_TIME_LIMIT_MINUTES);
}
