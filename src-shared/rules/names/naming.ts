import { SnapkeepError } from '../../contract/errors.ts';
import type { Compression } from '../../model/values.ts';
import { trimOf } from '../../words/trimmed.ts';

const EXTENSIONS: Record<Compression, string> = { gz: '.db.gz', zst: '.db.zst', none: '.db' };
const DUMP_EXTENSIONS: Record<Compression, string> = { gz: '.sql.gz', zst: '.sql.zst', none: '.sql' };

const ENCRYPTED = '.age';

/** What a stored file of this compression, encrypted or not, a database or a dump, is called at its end. */
export function extensionFor(compression: Compression, encrypted = false, dump = false): string {
  return (dump ? DUMP_EXTENSIONS : EXTENSIONS)[compression] + (encrypted ? ENCRYPTED : '');
}

/** What the list of contents of a snapshot of files is called at its end. It is small, and stored unpacked to be read. */
export function contentListExtension(encrypted: boolean): string {
  return `.files.json${encrypted ? ENCRYPTED : ''}`;
}

// With time, ending, manifest and what marks an incomplete file, a name stays below the 255 bytes of file systems.
const STEM_BYTES = 160;
/** What comes after this many letters of a plan's name is in no file name. */
const LONGEST_PLAN_NAME = 1000;

/**
 * Turns a plan's name into the start of file names: letters and digits of any script, `.`, `_` and `-` stay; anything
 * else becomes one `-`. Never empty, never starts with a dot, at most 160 bytes of UTF-8.
 */
export function fileStem(planName: string): string {
  const plain = planName
    .slice(0, LONGEST_PLAN_NAME)
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/-{2,}/g, '-');
  const stem = trimOf(plain, '-.');
  return stem === '' ? 'database' : cutToBytes(stem, STEM_BYTES);
}

// What Windows and SMB shares refuse in a name, what any system takes for a path, and halves of letters.
const FORBIDDEN = /[<>:"/\\|?*\p{Cc}\p{Cs}]/u;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Returns whether every system can have a file or folder of this name, and shows it in lists. */
export const isPortableName = (name: string): boolean =>
  name !== '' && !/^\.|[. ]$/.test(name) && !FORBIDDEN.test(name) && !RESERVED.test(name);

/**
 * Checks a file name of the user's own for a snapshot and gives it its ending where it has none.
 * @param extension what it has to end in, with its dot, as {@link extensionFor} or {@link contentListExtension} say
 * @throws SnapkeepError `INVALID_PARAMS` when the name could leave the folder, cannot be written on every system, is
 * longer than 200 bytes of UTF-8, or ends as what is stored otherwise does.
 */
export function ownSnapshotName(name: string, extension: string): string {
  const trimmed = name.trim().normalize('NFC');
  if (!isPortableName(trimmed)) {
    throw new SnapkeepError('INVALID_PARAMS', `Invalid snapshot name: “${name}”.`, {
      hint: 'Use a plain file name without folders and without < > : " / \\ | ? * and not starting with a dot.',
    });
  }
  // The ending without the encryption is no contradiction: the encryption's is added to it.
  if (extension.endsWith(ENCRYPTED) && trimmed.toLowerCase().endsWith(extension.slice(0, -ENCRYPTED.length)))
    return ownSnapshotName(trimmed + ENCRYPTED, extension);
  const known = endingOf(trimmed);
  if (known !== '' && known !== extension) {
    throw new SnapkeepError('INVALID_PARAMS', `The ending ${known} does not match a snapshot stored as ${extension}.`, {
      hint: `Remove the ending, or choose the format of ${known}.`,
    });
  }
  const full = known === '' ? trimmed + extension : trimmed;
  if (utf8Length(full) > 200) {
    throw new SnapkeepError('INVALID_PARAMS', 'The name is too long for a file.', {
      hint: 'Use at most 200 bytes; letters outside ASCII take two to four each.',
    });
  }
  return full;
}

/** What the name of a snapshot's file ends in, with its dot, in lower case; empty: nothing that snapshots end in. */
export function endingOf(name: string): string {
  const known = [...Object.values(EXTENSIONS), ...Object.values(DUMP_EXTENSIONS), contentListExtension(false)]
    .flatMap((end) => [end, end + ENCRYPTED])
    .sort((a, b) => b.length - a.length);
  return known.find((end) => name.toLowerCase().endsWith(end)) ?? '';
}

/** A name for a plan from the path of its database: the file's name without folders and ending. */
export function planNameFromPath(path: string): string {
  const file = path.split(/[/\\]/).at(-1) ?? '';
  const name = file.replace(/\.(db|sqlite|sqlite3|db3|s3db)$/i, '').trim();
  return name === '' ? 'database' : name;
}

function cutToBytes(text: string, most: number): string {
  let cut = '';
  let length = 0;
  for (const char of text) {
    length += utf8Length(char);
    if (length > most) break;
    cut += char;
  }
  return cut;
}

function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}
