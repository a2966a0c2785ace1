import type { Template, TemplatePart } from '../model/template.ts';
import type { PlanDraft } from '../model/template-use.ts';
import { DEFAULT_NAME_PATTERN } from './name-pattern.ts';
import { countChecks } from './template-words.ts';

/**
 * What of a part no plan can hold, one sentence each; empty: the plan is all of it. This is the one place that knows:
 * what plans learn to hold is taken out here and put into {@link draftOf}.
 */
export function leftOutOf(part: TemplatePart): string[] {
  if (part.kind !== 'database') return [`${part.name} is a ${KINDS[part.kind]}, which no plan can back up.`];
  const { method, companions, schemaVersion, lockFiles, namePattern } = part;
  return [
    ...(method === 'online' ? [] : ['The database is copied page by page, not compacted or written as SQL.']),
    ...companions.map(({ path }) => `${path} is not backed up together with the database.`),
    ...(schemaVersion === null ? [] : ['The version of the schema is not looked at.']),
    ...(lockFiles.length === 0 ? [] : ['There is no reset that would remove its lock files.']),
    ...(namePattern === DEFAULT_NAME_PATTERN ? [] : ['Snapshots are named by the plan and the time, in UTC.']),
  ];
}

const KINDS = { file: 'single file', folder: 'folder', image: 'image of a disk' } as const;

/**
 * What a plan for a part would be; `null` where no plan can back it up.
 * @param destination the folder that the template's snapshots go below; `null`: nobody has said
 */
export function draftOf(
  template: Template,
  part: TemplatePart,
  sourcePath: string | null,
  destination: string | null,
  join: (folder: string, name: string) => string,
): PlanDraft | null {
  if (part.kind !== 'database') return null;
  const alone = template.parts.filter(({ optional }) => !optional).length === 1;
  return {
    name: alone ? template.id : `${template.id}-${part.id}`,
    sourcePath,
    destinationPath: destination === null || part.subfolder === '' ? destination : join(destination, part.subfolder),
    compression: part.compression,
    schedule: part.schedule,
    timeZone: part.timeZone,
    retention: part.retention,
    drill: { schedule: { kind: 'manual' }, withinDays: null, checks: countChecks(part) },
    keyVariable: part.encryption?.keyVariable ?? null,
  };
}
