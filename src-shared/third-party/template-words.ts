import type { Retention, SqlCheck } from '../model/plan.ts';
import type { Template, TemplatePart } from '../model/template.ts';
import { keepsAll } from '../retention/retention.ts';
import { nameFromPattern } from '../rules/name-pattern.ts';
import { extensionFor } from '../rules/naming.ts';
import { scheduleInWords } from '../words/schedule-words.ts';
import { countInWords } from '../words/wording.ts';

type DatabasePart = Extract<TemplatePart, { kind: 'database' }>;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const EXAMPLE = new Date('2024-01-15T14:30:22Z');

/**
 * Says what a template will do, one sentence after the other, made from its data alone: for each part what is backed up
 * and how, when, what is kept, what is checked; then what a restore needs.
 */
export function templateInWords(template: Template): string[] {
  const sentences = template.parts.flatMap((part) => partInWords(part, template.name));
  return template.aroundRestore === null ? sentences : [...sentences, template.aroundRestore];
}

/** What the name of a snapshot of this part ends in: `.db.gz`, `.sql`, `.toml`, `.tar.gz`, `.img.gz`. */
export function endingOf(part: TemplatePart): string {
  const packed = part.compression === 'none' ? '' : `.${part.compression}`;
  switch (part.kind) {
    case 'database':
      return part.method === 'dump' ? `.sql${packed}` : extensionFor(part.compression);
    case 'file':
      return `${/\.\w{1,10}$/.exec(Object.values(part.places).flat()[0] ?? '')?.[0] ?? ''}${packed}`;
    case 'folder':
      return `.tar${packed}`;
    case 'image':
      return `.img${packed}`;
  }
}

/** The questions in SQL that count the rows of a part's tables; each passes where its table is there. */
export function countChecks(part: DatabasePart): SqlCheck[] {
  return part.counts.map((table) => ({
    name: table,
    sql: `SELECT count(*) FROM "${table.replaceAll('"', '""')}"`,
    operator: '>=',
    value: '0',
  }));
}

/** What a retention keeps, as the rest of a sentence: `the last 7 snapshots`, `everything of 14 days, and …`. */
export function keptInWords(retention: Retention): string {
  if (keepsAll(retention)) return 'every snapshot';
  const { keepLast, keepDays, daily, weekly, weekday, monthly, yearly } = retention;
  const rules = [
    keepLast === null ? '' : `the last ${countInWords(keepLast, 'snapshot')}`,
    keepDays === null ? '' : `everything from ${countInWords(keepDays, 'day')}`,
    daily === 0 ? '' : `one a day for ${countInWords(daily, 'day')}`,
    weekly === 0
      ? ''
      : weekday === null
        ? `one a week for ${countInWords(weekly, 'week')}`
        : `those of ${countInWords(weekly, `${WEEKDAYS[weekday - 1]}`)}`,
    monthly === 0 ? '' : `one a month for ${countInWords(monthly, 'month')}`,
    yearly === 0 ? '' : `one a year for ${countInWords(yearly, 'year')}`,
  ];
  return listed(rules.filter((rule) => rule !== ''));
}

function partInWords(part: TemplatePart, planName: string): string[] {
  const name = nameFromPattern(part.namePattern, {
    ...{ planName, at: EXAMPLE, timeZone: 'UTC', ending: endingOf(part), letters: 'k3f9qa' },
  });
  const zone = part.timeZone === null ? '' : ` (${part.timeZone})`;
  return [
    `${part.name}${part.optional ? ' (optional)' : ''}: ${scheduleInWords(part.schedule)}${zone}, ${howInWords(part)}.`,
    `A snapshot is ${storedInWords(part)}, for example ${part.subfolder === '' ? '' : `${part.subfolder}/`}${name}.`,
    `Retention: ${keptInWords(part.retention)}.`,
    ...(part.kind === 'database' ? databaseInWords(part) : []),
  ];
}

function howInWords(part: TemplatePart): string {
  switch (part.kind) {
    case 'database':
      return `${DATABASE_METHODS[part.method]}${attachedFilesInWords(part)}`;
    case 'file':
      return `the file is copied${attachedFilesInWords(part)}`;
    case 'folder':
      return `the folder is packed${part.exclude.length === 0 ? '' : ` without ${listed(part.exclude)}`}`;
    case 'image':
      return 'an image of the whole disk is stored; the disk must not be in use during the backup';
  }
}

const DATABASE_METHODS: Record<DatabasePart['method'], string> = {
  online: 'online backup of the database while programs write to it',
  compact: 'compact copy of the database while programs write to it',
  dump: 'SQL dump of the database while programs write to it',
};

function attachedFilesInWords({ attachedFiles }: Extract<TemplatePart, { kind: 'database' | 'file' }>): string {
  if (attachedFiles.length === 0) return '';
  const names = attachedFiles.map(({ path, kind, exclude }) => {
    const left = exclude.length === 0 ? '' : ` without ${listed(exclude)}`;
    return `${kind === 'folder' ? `the folder ${path}` : path}${left}`;
  });
  return `, together with ${listed(names)} beside it`;
}

function storedInWords(part: TemplatePart): string {
  if (part.compression === 'none') return part.kind === 'folder' ? 'packed but not compressed' : 'stored uncompressed';
  return part.compression === 'gz' ? 'compressed with gzip' : 'compressed with zstd';
}

function databaseInWords(part: DatabasePart): string[] {
  const sentences: string[] = [];
  if (part.encryption !== null)
    sentences.push(
      `An encrypted database (SQLCipher) is copied in one statement instead and stays encrypted; its key is read from ${part.encryption.keyVariable}.`,
    );
  if (part.counts.length > 0)
    sentences.push(
      `Each restore test counts the rows of ${listed(part.counts)}${part.schemaVersion === null ? '' : ' and reads the schema version'}.`,
    );
  else if (part.schemaVersion !== null) sentences.push('Each restore test reads the schema version.');
  if (part.schemaVersion?.exitCodeWhenNewer)
    sentences.push(
      `A snapshot with a newer schema than the database is not restored (exit code ${part.schemaVersion.exitCodeWhenNewer}), because the program would refuse it.`,
    );
  if (part.lockFiles.length > 0) sentences.push(`Deleting the database also deletes ${listed(part.lockFiles)}.`);
  if (part.unsafeFileSystems.length > 0)
    sentences.push(`The database must not be on ${listed(part.unsafeFileSystems, 'or')}.`);
  return sentences;
}

function listed(words: readonly string[], and = 'and'): string {
  const first = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  return first.length === 0 ? last : `${first.join(', ')} ${and} ${last}`;
}
