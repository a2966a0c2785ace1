import type { VerificationLevel } from '../model/verification.ts';

/** What was checked of a verified copy, and where. */
const CHECKED: Record<Exclude<VerificationLevel, 'none'>, string> = {
  'read-back': 'The content was checked while it was stored, and the copy read back.',
  checked: 'The copy was unpacked and checked in full.',
  restored: 'The copy was restored and checked in full.',
};

/** Returns how a copy was verified, as a sentence; `null`: it was not. */
export function verifiedHow(level: VerificationLevel): string | null {
  return level === 'none' ? null : CHECKED[level];
}
