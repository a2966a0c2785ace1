import type { AttachedFile } from '../model/attached-file.ts';
import { WEEKLY_RESTORE_TEST } from '../model/plan.ts';
import type { Template, TemplatePart } from '../model/third-party/template.ts';
import type { PlanDraft } from '../model/third-party/template-use.ts';
import { trimEndOf } from '../words/trimmed.ts';
import { countChecks } from './template-words.ts';

/** Where the plan of a part would take from and bring to. */
export interface DraftLocations {
  /** The database, file, folder or disk; `null`: it is not here. */
  sourcePath: string | null;
  /** The folder that the template's snapshots go below; `null`: nobody has said. */
  destination: string | null;
}

/** What a path means on this machine. */
export interface PathRules {
  join(folder: string, name: string): string;
  dirname(path: string): string;
}

/** What a plan for a part would be. */
export function draftOf(
  template: Template,
  part: TemplatePart,
  locations: DraftLocations,
  paths: PathRules,
): PlanDraft {
  const { sourcePath, destination } = locations;
  const alone = template.parts.filter(({ optional }) => !optional).length === 1;
  const database = part.kind === 'database' ? part : null;
  return {
    name: alone && !part.optional ? template.id : `${template.id}-${part.id}`,
    sourceKind: database === null ? 'files' : 'database',
    sourcePath,
    destinationPath:
      destination === null || part.subfolder === '' ? destination : paths.join(destination, part.subfolder),
    namePattern: part.namePattern,
    method: database?.method ?? 'online',
    compression: part.compression,
    attachedFiles: sourcePath === null ? [] : attachedFilesOf(part, sourcePath, paths),
    group: alone ? null : template.name,
    schedule: part.schedule,
    timeZone: part.timeZone,
    retention: part.retention,
    restoreTest: {
      ...WEEKLY_RESTORE_TEST,
      checks: database === null ? [] : countChecks(database),
    },
    schemaVersion: database?.schemaVersion ? { sql: database.schemaVersion.sql } : null,
    lockFiles: database?.lockFiles ?? [],
    keyVariable: database?.encryption?.keyVariable ?? null,
  };
}

/** A part without a database is stored as its first attached file. */
function attachedFilesOf(part: TemplatePart, sourcePath: string, paths: PathRules): AttachedFile[] {
  const folder = paths.dirname(sourcePath);
  const own: AttachedFile[] =
    part.kind === 'database'
      ? []
      : [{ name: part.id, path: sourcePath, kind: part.kind, exclude: part.kind === 'folder' ? part.exclude : [] }];
  const beside = part.kind === 'database' || part.kind === 'file' ? part.attachedFiles : [];
  return [
    ...own,
    ...beside.map(({ path, kind, exclude }) => ({
      name: attachedFileName(path),
      path: paths.join(folder, path),
      kind,
      exclude,
    })),
  ];
}

/** A name for an attached file by its path: its last part, in letters, digits and hyphens. */
export function attachedFileName(path: string): string {
  const last = path.split(/[/\\]/).findLast((each) => each !== '') ?? '';
  const plain = last.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+/, '');
  const name = trimEndOf(plain, '-').slice(0, 40);
  return name === '' || /^(db|manifest|latest)$/i.test(name) ? 'files' : name;
}
