import { SnapkeepError } from '../../contract/errors.ts';
import { clockOffsets } from '../../schedule/local-calendar.ts';
import { endingOf, fileStem } from './naming.ts';

/** The pattern of names where a person has chosen none. */
export const DEFAULT_NAME_PATTERN = '{plan}-{date}-{time}-{id}';

/** How many letters of a snapshot's id stand in its name. */
const LETTERS = 6;
/** How many names are tried, each with more letters of the id than the one before. */
export const NAME_ATTEMPTS = 3;

/** What a name is made from. */
export interface NameParts {
  planName: string;
  at: Date;
  /** Whose clock the `local-` placeholders show: a name of the tz database; `null` is the machine's. */
  timeZone: string | null;
  /** What the name ends in, with its dot, for example `.db.gz`. */
  ending: string;
  /** Letters of the snapshot's id, as {@link idLetters} makes them. */
  letters: string;
  /** 1, or up to {@link NAME_ATTEMPTS} when the names before are taken: then more letters stand before the ending. */
  attempt?: number;
}

/**
 * Returns a random id in letters and digits, enough for {@link NAME_ATTEMPTS} names: Each six of them stand for 31 bits.
 * @param id a random UUID
 */
export function idLetters(id: string): string {
  const count = LETTERS * NAME_ATTEMPTS;
  return BigInt(`0x${id.replaceAll('-', '')}`)
    .toString(36)
    .padStart(count, '0')
    .slice(-count);
}

/** Whether the name of a snapshot has letters of its id, so that no other snapshot wants it. */
export function hasLetters(name: string, id: string): boolean {
  return name.includes(idLetters(id).slice(0, LETTERS));
}

/** The names that a copy of a snapshot may have where the snapshot's own is taken: with more and more letters of its id. */
export function namesWithLetters(name: string, id: string): string[] {
  const ending = endingOf(name);
  const letters = idLetters(id).slice(hasLetters(name, id) ? LETTERS : 0);
  const stem = name.slice(0, name.length - ending.length);
  return [LETTERS, 2 * LETTERS].map((count) => `${stem}-${letters.slice(0, count)}${ending}`);
}

/** Whether the names by a pattern are unique by themselves. */
export function hasId(pattern: string): boolean {
  return pattern.includes('{id}');
}

const day = (iso: string): string => iso.slice(0, 10);
const time = (iso: string): string => iso.slice(11, 19).replaceAll(':', '');
const compact = (iso: string): string => day(iso).replaceAll('-', '');

/** What each placeholder stands for, from the time in UTC and on the local clock, both as ISO 8601, and the id's letters. */
const PLACEHOLDERS: Record<string, (utc: string, local: string, letters: string) => string> = {
  date: day,
  time,
  'compact-date': compact,
  utc: (utc) => `${utc.slice(0, 19).replaceAll(':', '-')}Z`,
  'local-date': (_utc, local) => day(local),
  'local-time': (_utc, local) => time(local),
  'local-compact-date': (_utc, local) => compact(local),
  id: (_utc, _local, letters) => letters.slice(0, LETTERS),
};

const LONGEST_PATTERN = 500;

/**
 * Says in a sentence what is wrong with a pattern of names; `null` when nothing is.
 *
 * `{plan}` is the plan's name. `{date}` (`2024-01-15`), `{compact-date}` (`20240115`), `{time}` (`143022`) and `{utc}`
 * (`2024-01-15T14-30-22Z`) are in UTC; `{local-date}`, `{local-compact-date}` and `{local-time}` are on the clock of
 * the plan's time zone. `{id}` (`k3f9qa`) are letters of the snapshot's random id; where a pattern has none and the
 * name may be taken, they follow at its end.
 */
export function checkNamePattern(pattern: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `A pattern has at most ${LONGEST_PATTERN} characters.`;
  const used = [...pattern.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const unknown = used.find((name) => name !== 'plan' && !Object.hasOwn(PLACEHOLDERS, name));
  if (unknown !== undefined)
    return `Unknown placeholder: {${unknown}}. Available: {plan}, ${Object.keys(PLACEHOLDERS)
      .map((name) => `{${name}}`)
      .join(', ')}.`;
  const plain = pattern.replace(/\{[^{}]*\}/g, 'x');
  if (!/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._ -]*$/u.test(plain) || /\.\.|[. -]$/.test(plain) || plain.length > 120)
    return 'Use letters, digits, dots, hyphens and placeholders, beginning with a letter or digit, without folders.';
  if (!used.some((name) => name.endsWith('date') || name === 'utc'))
    return 'A pattern needs a date, for example {date}, so that names differ.';
  return null;
}

/** What the names by a pattern look like, without their ending, for example `hone-YYYY-MM-DD-HHMMSS-XXXXXX`. */
export function exampleOfPattern(pattern: string, planName: string): string {
  const letters: Record<string, string> = {
    date: 'YYYY-MM-DD',
    'compact-date': 'YYYYMMDD',
    time: 'HHMMSS',
    id: 'XXXXXX',
  };
  return pattern.replace(/\{(?:local-)?([^{}]*)\}/g, (whole, name: string) =>
    name === 'plan' ? fileStem(planName) : name === 'utc' ? 'YYYY-MM-DDTHH-MM-SSZ' : (letters[name] ?? whole),
  );
}

/**
 * The name of a snapshot by a pattern.
 * @throws SnapkeepError `INVALID_PARAMS` when the pattern cannot be meant
 */
export function nameFromPattern(pattern: string, parts: NameParts): string {
  const { planName, at, timeZone, ending, letters, attempt = 1 } = parts;
  const problem = checkNamePattern(pattern);
  if (problem !== null)
    throw new SnapkeepError('INVALID_PARAMS', `Invalid name pattern: “${pattern}”.`, { hint: problem });
  const utc = at.toISOString();
  const local = new Date(at.getTime() + clockOffsets(timeZone)(at.getTime())).toISOString();
  const filled = pattern.replace(/\{([^{}]*)\}/g, (whole, name: string) =>
    name === 'plan' ? fileStem(planName) : (PLACEHOLDERS[name]?.(utc, local, letters) ?? whole),
  );
  const shown = hasId(pattern) ? LETTERS : 0;
  const more = letters.slice(shown, shown + LETTERS * (attempt - 1));
  return `${filled}${more === '' ? '' : `-${more}`}${ending}`;
}
