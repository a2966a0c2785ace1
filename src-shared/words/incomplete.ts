import type { SnapshotAttachedFile } from '../model/attached-file.ts';
import { nameInWords } from '../rules/names/byte-names.ts';

/** So many missing files are named; the snapshot's details list more. */
const NAMED = 3;

/**
 * Returns what a snapshot lacks of its attached files and why, as sentences; `null` for a complete one.
 * @param attached the attached files, as the snapshot's manifest describes them
 */
export function missingInWords(
  attached: ReadonlyArray<Pick<SnapshotAttachedFile, 'name' | 'whole' | 'problems'>>,
): string | null {
  const lacking = attached.filter(({ whole }) => !whole);
  if (lacking.length === 0) return null;
  const missing = lacking.flatMap(({ name, problems }) =>
    problems.map(({ path, reason }) =>
      path === ''
        ? `${name} could not be stored (${reason.replace(/\.$/, '')})`
        : `${name}/${nameInWords(path)} ${reason}`,
    ),
  );
  if (missing.length === 0) return `Missing from ${lacking.map(({ name }) => name).join(', ')}: details unknown.`;
  const more = missing.length - NAMED;
  const rest = more > 0 ? `; and ${more.toLocaleString('en-US')} more` : '';
  return `Missing: ${missing.slice(0, NAMED).join('; ')}${rest}.`;
}
