import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Template } from '../../../src-shared/model/third-party/template.ts';
import type { AppliedTemplate, PlanDraft } from '../../../src-shared/model/third-party/template-use.ts';
import { draftOf } from '../../../src-shared/third-party/template-drafts.ts';
import { expandLocations, type Machine } from '../../../src-shared/third-party/template-locations.ts';
import { parseTemplate } from '../../../src-shared/third-party/template-text.ts';
import { templateInWords } from '../../../src-shared/third-party/template-words.ts';
import { PLATFORM } from '../../platform/platform.ts';
import { exists } from '../engine/files/durable-files.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import { findTemplate, type SavedTemplates } from './templates.ts';

/** Says what a template, known or given as text, would do on this machine. @throws SnapkeepError */
export async function applyAsked(
  saved: SavedTemplates,
  { folder, source, sources = {}, ...given }: ParsedParams<'templates.apply'>,
): Promise<AppliedTemplate> {
  const template = 'text' in given ? parseTemplate(given.text) : await findTemplate(saved, given.templateId);
  const elsewhere = new Map(Object.entries(sources));
  if (source !== undefined) elsewhere.set(onlyPart(template), source);
  for (const [id, path] of elsewhere) elsewhere.set(requirePart(template, id), await canonicalPath(path));
  return applyTemplate(template, folder === undefined ? null : await canonicalPath(folder), elsewhere);
}

/** The part that a source is for. @throws SnapkeepError `INVALID_PARAMS` */
function onlyPart({ name, parts }: Template): string {
  const [first, ...more] = parts.filter(({ optional }) => !optional);
  if (first !== undefined && more.length === 0) return first.id;
  throw new SnapkeepError('INVALID_PARAMS', `${name} adds ${more.length + 1} plans.`, {
    hint: 'Specify the part that the source belongs to.',
  });
}

/** @throws SnapkeepError `INVALID_PARAMS` */
function requirePart({ name, parts }: Template, id: string): string {
  if (parts.some((part) => part.id === id)) return id;
  throw new SnapkeepError('INVALID_PARAMS', `${name} has no part “${id}”.`, {
    hint: `Available: ${parts.map((part) => part.id).join(', ')}.`,
  });
}

/**
 * What a template would do on this machine: the locations that exist come first.
 * @param elsewhere where parts are that people have at none of the usual locations, by the ids of the parts
 */
async function applyTemplate(
  template: Template,
  folder: string | null,
  elsewhere: ReadonlyMap<string, string>,
): Promise<AppliedTemplate> {
  const machine: Machine = { platform: PLATFORM, environment: process.env, home: homedir(), folder };
  const destinations = await withExistence(expandLocations(template.destination, machine));
  const destination = destinations[0]?.path ?? null;
  const parts: AppliedTemplate['parts'] = [];
  for (const part of template.parts) {
    const own = elsewhere.get(part.id);
    const locations = await withExistence(own === undefined ? expandLocations(part.locations, machine) : [own]);
    const sourcePath = own ?? locations.find((location) => location.exists)?.path ?? null;
    const { id, name, kind, optional } = part;
    const draft = draftOf(template, part, { sourcePath, destination }, { join, dirname });
    parts.push({ id, name, kind, optional, locations, ...(await withoutAbsent(draft)) });
  }
  const { id, name, folder: asksFor } = template;
  return { id, name, sentences: templateInWords(template), folder: asksFor, destinations, parts };
}

/** Not every installation has each attached file. */
async function withoutAbsent(draft: PlanDraft): Promise<{ draft: PlanDraft; leftOut: string[] }> {
  const there: PlanDraft['attachedFiles'] = [];
  const leftOut: string[] = [];
  for (const attachedFile of draft.attachedFiles)
    if (attachedFile.path === draft.sourcePath || (await mayExist(attachedFile.path))) there.push(attachedFile);
    else leftOut.push(`${attachedFile.path}, which was not found.`);
  return { draft: { ...draft, attachedFiles: there }, leftOut };
}

async function withExistence(paths: readonly string[]): Promise<Array<{ path: string; exists: boolean }>> {
  const found = await Promise.all(paths.map(async (path) => ({ path, exists: await mayExist(path) })));
  return [...found.filter((location) => location.exists), ...found.filter((location) => !location.exists)];
}

/** What may not be read is taken for absent: it could not be backed up either. */
async function mayExist(path: string): Promise<boolean> {
  try {
    return await exists(path);
  } catch {
    return false;
  }
}
