import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Platform, TemplateText } from '../../../src-shared/model/third-party/template.ts';
import { lastPart, trimEndOf } from '../../../src-shared/words/trimmed.ts';

/** A plan as a template, and what a template cannot contain. */
export interface PlanAsTemplate {
  template: TemplateText;
  leftOut: string[];
}

/** The name and description of a template. */
export interface TemplateNames {
  name: string;
  purpose: string;
}

/** The counts of rows among a plan's checks, as templates write them. */
const COUNT = /^SELECT count\(\*\) FROM "((?:[^"]|"")+)"$/;

/**
 * Makes a template of a plan, without what belongs to this machine only (keys, secrets, the order of destinations).
 * @param folder the folder of its snapshots; `null`: none
 */
export function templateOfPlan(
  plan: Plan,
  { name, purpose }: TemplateNames,
  platform: Platform,
  folder: string | null,
): PlanAsTemplate {
  const leftOut: string[] = [];
  const here = (path: string) => ({ [platform]: [path] });
  const database = plan.sourceKind === 'database';
  const [first, ...others] = plan.attachedFiles;
  const kind = database ? 'database' : (first?.kind ?? 'folder');
  const beside = (database ? plan.attachedFiles : others).flatMap((attachedFile) => {
    const inside = kind === 'folder' || kind === 'image' ? null : besideOf(attachedFile, plan.sourcePath);
    if (inside === null)
      leftOut.push(`${attachedFile.path}, because it is not in the folder of ${lastPart(plan.sourcePath)}`);
    return inside === null ? [] : [inside];
  });
  const common = {
    id: kind,
    name: database ? 'Database' : lastPart(plan.sourcePath) || 'Files',
    locations: here(plan.sourcePath),
    namePattern: plan.namePattern,
    schedule: plan.schedule,
    timeZone: plan.timeZone,
    retention: plan.retention,
    compression: plan.compression,
  };
  if (plan.encryption !== null) leftOut.push('Snapshot encryption');
  const part: TemplateText['parts'][number] = database
    ? {
        ...common,
        kind: 'database',
        method: plan.method,
        attachedFiles: beside,
        counts: plan.restoreTest.checks.flatMap(({ sql }) => COUNT.exec(sql)?.[1]?.replaceAll('""', '"') ?? []),
        schemaVersion: plan.schemaVersion,
        lockFiles: plan.lockFiles,
        encryption:
          plan.key !== null && 'environment' in plan.key.from
            ? { format: 'sqlcipher', keyVariable: plan.key.from.environment }
            : null,
      }
    : kind === 'file'
      ? { ...common, kind: 'file', attachedFiles: beside }
      : kind === 'image'
        ? { ...common, kind: 'image' }
        : { ...common, kind: 'folder', exclude: first?.exclude ?? [] };
  const template: TemplateText = {
    id: templateId(name),
    name: name.trim(),
    purpose: purpose.trim(),
    destination: folder === null ? {} : here(folder),
    parts: [part],
  };
  return { template, leftOut };
}

/** Returns the id of a template from its name: lower-case letters, digits and hyphens, beginning with a letter. */
export function templateId(name: string): string {
  const plain = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '');
  const slug = trimEndOf(plain.slice(0, 40), '-');
  return slug === '' ? 'template' : slug;
}

/** An attached file as it is named from the folder of the source; `null` where it is not in it. */
function besideOf({ path, kind, exclude }: AttachedFile, sourcePath: string) {
  const folder = sourcePath.slice(0, sourcePath.length - lastPart(sourcePath).length);
  if (kind === 'image' || !path.startsWith(folder) || path === folder) return null;
  return { path: path.slice(folder.length), kind, exclude };
}
