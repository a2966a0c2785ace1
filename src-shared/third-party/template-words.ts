import type { SqlCheck } from '../model/plan.ts';
import type { Template, TemplatePart } from '../model/third-party/template.ts';
import { nameFromPattern } from '../rules/names/name-pattern.ts';
import { extensionFor } from '../rules/names/naming.ts';
import { keptInWords } from '../words/retention-words.ts';
import { scheduleInWords } from '../words/schedule-words.ts';

type DatabasePart = Extract<TemplatePart, { kind: 'database' }>;

const EXAMPLE = new Date('2024-01-15T14:30:22Z');

/**
 * Describes a template in sentences: for each part its source, method, schedule, retention and checks; then what a
 * restore needs.
 */
export function templateInWords(template: Template): string[] {
  const sentences = template.parts.flatMap((part) => partInWords(part, template.name));
  return template.aroundRestore === null ? sentences : [...sentences, template.aroundRestore];
}

/** Returns the ending of the file names of a part's snapshots: `.db.gz`, `.sql`, `.toml`, `.tar.gz`, `.img.gz`. */
export function endingOf(part: TemplatePart): string {
  const packed = part.compression === 'none' ? '' : `.${part.compression}`;
  switch (part.kind) {
    case 'database':
      return part.method === 'dump' ? `.sql${packed}` : extensionFor(part.compression);
    case 'file':
      return `${/\.\w{1,10}$/.exec(Object.values(part.locations).flat()[0] ?? '')?.[0] ?? ''}${packed}`;
    case 'folder':
      return `.tar${packed}`;
    case 'image':
      return `.img${packed}`;
  }
}

/** Returns SQL checks that count the rows of a part's tables; each passes if its table exists. */
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
    `${part.name}${part.optional ? ' (optional)' : ''}: ${howInWords(part)}.`,
    `Schedule: ${scheduleInWords(part.schedule)}${zone}.`,
    `Snapshots: ${storedInWords(part)}, for example ${part.subfolder === '' ? '' : `${part.subfolder}/`}${name}.`,
    `Retention: ${keptInWords(part.retention)}.`,
    ...(part.kind === 'database' ? databaseInWords(part) : []),
  ];
}

function howInWords(part: TemplatePart): string {
  switch (part.kind) {
    case 'database':
      return `${DATABASE_METHODS[part.method]}${attachedFilesInWords(part)}`;
    case 'file':
      return `file copy${attachedFilesInWords(part)}`;
    case 'folder':
      return `folder archive${excludedInWords(part.exclude)}`;
    case 'image':
      return 'disk image (the disk must not be in use)';
  }
}

const DATABASE_METHODS: Record<DatabasePart['method'], string> = {
  online: 'online backup',
  compact: 'compacted copy',
  dump: 'SQL dump',
};

function attachedFilesInWords({ attachedFiles }: Extract<TemplatePart, { kind: 'database' | 'file' }>): string {
  if (attachedFiles.length === 0) return '';
  const names = attachedFiles.map(({ path, kind, exclude }) => {
    return `${kind === 'folder' ? `folder ${path}` : path}${excludedInWords(exclude)}`;
  });
  return ` with attached files (${listed(names)})`;
}

const excludedInWords = (exclude: readonly string[]): string =>
  exclude.length === 0 ? '' : ` excluding ${listed(exclude)}`;

function storedInWords(part: TemplatePart): string {
  if (part.compression === 'none') return 'uncompressed';
  return part.compression === 'gz' ? 'compressed with gzip' : 'compressed with zstd';
}

function databaseInWords(part: DatabasePart): string[] {
  const sentences: string[] = [];
  if (part.encryption !== null)
    sentences.push(
      `If the database is encrypted with SQLCipher, its key is read from the environment variable ${part.encryption.keyVariable}.`,
    );
  if (part.counts.length > 0)
    sentences.push(
      `Restore tests count the rows of ${listed(part.counts)}${part.schemaVersion === null ? '' : ' and read the schema version'}.`,
    );
  else if (part.schemaVersion !== null) sentences.push('Restore tests read the schema version.');
  if (part.schemaVersion?.exitCodeWhenNewer)
    sentences.push(
      `A snapshot with a newer schema than the database is not restored (exit code ${part.schemaVersion.exitCodeWhenNewer}).`,
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
