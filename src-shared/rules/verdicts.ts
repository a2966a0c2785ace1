import type { Check, CheckName, ContentVerdict, StoredVerdict } from '../model/verification.ts';

/** What tells whether the copy is what was stored. */
const OF_STORED: ReadonlySet<CheckName> = new Set([
  'identity',
  'stored-hash',
  'image-hash',
  'manifest',
  'schema',
  'row-counts',
  'companions',
]);

/** Returns whether the copy is what was stored. */
export function storedVerdict(checks: readonly Check[]): StoredVerdict {
  const made = checks.filter(({ name, outcome }) => OF_STORED.has(name) && outcome !== 'skipped');
  if (made.length === 0) return 'unknown';
  return made.some(({ outcome }) => outcome === 'failed') ? 'different' : 'same';
}

/** Returns what the content was found to be. */
export function contentVerdict(checks: readonly Check[]): ContentVerdict {
  const ofContent = checks.filter(({ name, outcome }) => !OF_STORED.has(name) && outcome !== 'skipped');
  if (ofContent.some(({ outcome }) => outcome === 'failed')) return 'damaged';
  if (!ofContent.some(({ name }) => name === 'integrity')) return 'unknown';
  return checks.some(({ outcome }) => outcome === 'partial') ? 'partial' : 'sound';
}
