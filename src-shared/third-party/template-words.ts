import type { SqlCheck } from '../model/plan.ts';
import type { Template, TemplatePart } from '../model/template.ts';
import { nameFromPattern } from '../rules/name-pattern.ts';
import { extensionFor } from '../rules/naming.ts';
import { keptInWords } from '../words/retention-words.ts';
import { scheduleInWords } from '../words/schedule-words.ts';

type DatabasePart = Extract<TemplatePart, { kind: 'database' }>;

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

function partInWords(part: TemplatePart, planName: string): string[] {
  const name = nameFromPattern(part.namePattern, {
    ...{ planName, at: EXAMPLE, timeZone: 'UTC', ending: endingOf(part), letters: 'k3f9qa' },
  });
  const zone = part.timeZone === null ? '' : ` (${part.timeZone})`;
  return [
    `${part.name}${part.optional ? ', if wanted' : ''}: ${scheduleInWords(part.schedule)}${zone}, ${howInWords(part)}.`,
    `A snapshot is ${storedInWords(part)}, for example ${part.subfolder === '' ? '' : `${part.subfolder}/`}${name}.`,
    `It keeps ${keptInWords(part.retention)}.`,
    ...(part.kind === 'database' ? databaseInWords(part) : []),
  ];
}

function howInWords(part: TemplatePart): string {
  switch (part.kind) {
    case 'database':
      return `${DATABASE_METHODS[part.method]}${attachedFilesInWords(part)}`;
    case 'file':
      return `a copy of the file is made${attachedFilesInWords(part)}`;
    case 'folder':
      return `the folder is packed${part.exclude.length === 0 ? '' : ` without ${listed(part.exclude)}`}`;
    case 'image':
      return 'an image of the whole disk is read, which must not be in use meanwhile';
  }
}

const DATABASE_METHODS: Record<DatabasePart['method'], string> = {
  online: 'the database is copied page by page while programs go on writing',
  compact: 'the database is written anew without gaps while programs go on writing',
  dump: 'the database is written out as SQL statements while programs go on writing',
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
      `Each check counts the rows of ${listed(part.counts)}${part.schemaVersion === null ? '' : ' and reads the version of the schema'}.`,
    );
  else if (part.schemaVersion !== null) sentences.push('Each check reads the version of the schema.');
  if (part.schemaVersion?.exitCodeWhenNewer)
    sentences.push(
      `A snapshot with a newer schema than that of the database is not restored, with exit code ${part.schemaVersion.exitCodeWhenNewer}, for the program would refuse it.`,
    );
  if (part.lockFiles.length > 0) sentences.push(`The deletion of a database also removes ${listed(part.lockFiles)}.`);
  if (part.unsafeFileSystems.length > 0)
    sentences.push(`The database must not lie on ${listed(part.unsafeFileSystems, 'or')}.`);
  return sentences;
}

function listed(words: readonly string[], and = 'and'): string {
  const first = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  return first.length === 0 ? last : `${first.join(', ')} ${and} ${last}`;
}
