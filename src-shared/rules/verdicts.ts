import type {
  Check,
  CheckName,
  ContentVerdict,
  StoredVerdict,
  UncheckedPart,
  Verification,
} from '../model/verification.ts';

/** What tells whether the copy is what was stored. */
const OF_STORED: ReadonlySet<CheckName> = new Set([
  'identity',
  'stored-hash',
  'image-hash',
  'manifest',
  'schema',
  'row-counts',
  'attachedFiles',
]);

/** Returns whether the copy is what was stored. */
export function storedVerdict(checks: readonly Check[]): StoredVerdict {
  const made = checks.filter(({ name, outcome }) => OF_STORED.has(name) && outcome !== 'skipped');
  if (made.length === 0) return 'unknown';
  return made.some(({ outcome }) => outcome === 'failed') ? 'different' : 'same';
}

/** Returns whether a verification found nothing that a person has to see to: neither another file, nor damage, nor need of repair. */
export function isGood({ valid, content }: Pick<Verification, 'valid' | 'content'>): boolean {
  return valid && content !== 'repairable';
}

/** Returns what needs repair in a database, though every row of it can be read, as sentences; `null`: nothing. */
export function repairsOf(checks: readonly Check[]): string | null {
  return checks.find(({ outcome }) => outcome === 'repairable')?.detail ?? null;
}

/** Returns what the content was found to be. */
export function contentVerdict(checks: readonly Check[], unchecked: readonly UncheckedPart[]): ContentVerdict {
  const ofContent = checks.filter(({ name, outcome }) => !OF_STORED.has(name) && outcome !== 'skipped');
  if (ofContent.some(({ outcome }) => outcome === 'failed')) return 'damaged';
  if (!ofContent.some(({ name }) => name === 'integrity')) return 'unknown';
  if (repairsOf(checks) !== null) return 'repairable';
  return unchecked.length > 0 || checks.some(({ outcome }) => outcome === 'partial') ? 'partial' : 'sound';
}
