import { LockFiles, type Plan } from '../../../src-shared/model/plan.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import {
  checkNamePattern,
  DEFAULT_NAME_PATTERN,
  nameFromPattern,
} from '../../../src-shared/rules/names/name-pattern.ts';
import { contentListExtension, extensionFor } from '../../../src-shared/rules/names/naming.ts';
import { linesOf } from '../attached-files/attached-file-draft.ts';

/** A plan's advanced settings as they are typed. */
export interface ProgramDraft {
  namePattern: string;
  /** Empty: the schema version is `user_version`. */
  schemaSql: string;
  /** One name per line. */
  lockFiles: string;
}

type ProgramOfPlan = Pick<Plan, 'namePattern' | 'schemaVersion' | 'lockFiles'>;

export const NO_PROGRAM: ProgramDraft = { namePattern: DEFAULT_NAME_PATTERN, schemaSql: '', lockFiles: '' };

/** Returns what the form begins with. */
export function programDraftOf({ namePattern, schemaVersion, lockFiles }: ProgramOfPlan): ProgramDraft {
  return { namePattern, schemaSql: schemaVersion?.sql ?? '', lockFiles: lockFiles.join('\n') };
}

/** Returns the settings that a draft describes. */
export function programOf({ namePattern, schemaSql, lockFiles }: ProgramDraft): ProgramOfPlan {
  return {
    namePattern: namePattern.trim(),
    schemaVersion: schemaSql.trim() === '' ? null : { sql: schemaSql.trim() },
    lockFiles: linesOf(lockFiles),
  };
}

/** Returns what is wrong with a draft, by field. */
export interface ProgramProblems {
  blocked: boolean;
  namePattern?: string;
  lockFiles?: string;
}

export function programProblems({ namePattern, lockFiles }: ProgramDraft): ProgramProblems {
  const pattern = checkNamePattern(namePattern.trim());
  const locks = LockFiles.safeParse(linesOf(lockFiles)).success;
  return {
    blocked: pattern !== null || !locks,
    ...(pattern === null ? {} : { namePattern: pattern }),
    ...(locks ? {} : { lockFiles: 'Enter file names without folders, one per line, at most 20.' }),
  };
}

/** What the name of a snapshot depends on. */
export interface NamedAs {
  sourceKind: SourceKind;
  planName: string;
  compression: Plan['compression'];
  method: Plan['method'];
  encrypted: boolean;
  timeZone: string | null;
}

/** Returns the name of a snapshot made now; `null` while the pattern is not valid. */
export function exampleName(pattern: string, at: Date, named: NamedAs): string | null {
  const { sourceKind, planName, compression, method, encrypted, timeZone } = named;
  if (checkNamePattern(pattern.trim()) !== null) return null;
  const ending =
    sourceKind === 'files' ? contentListExtension(encrypted) : extensionFor(compression, encrypted, method === 'dump');
  return nameFromPattern(pattern.trim(), {
    planName: planName.trim() || 'plan',
    at,
    timeZone,
    ending,
    letters: 'k3f9qa',
  });
}
