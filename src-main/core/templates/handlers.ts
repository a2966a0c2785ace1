import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { Template } from '../../../src-shared/model/third-party/template.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';
import { builtInTemplate } from '../../../src-shared/third-party/templates/built-in.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import { applyTemplate, findTemplate, listTemplates, SavedTemplates, summaryOf } from './templates.ts';

/** Lists, applies, keeps and shares templates. */
export function templatesHandlers({ dataFolder }: CoreContext): Handlers<MethodsOf<'templates'>> {
  const saved = new SavedTemplates(join(dataFolder.path, 'templates'));
  return {
    'templates.list': () => listTemplates(saved),
    'templates.apply': async ({ folder, source, sources = {}, ...given }) => {
      const template = 'text' in given ? parseTemplate(given.text) : await findTemplate(saved, given.templateId);
      const elsewhere = new Map(Object.entries(sources));
      if (source !== undefined) elsewhere.set(onlyPart(template), source);
      for (const [id, path] of elsewhere) elsewhere.set(requirePart(template, id), await canonicalPath(path));
      return applyTemplate(template, folder === undefined ? null : await canonicalPath(folder), elsewhere);
    },
    'templates.save': async ({ text, replace }) => {
      const template = parseTemplate(text);
      refuseBuiltIn(template.id, 'Change the id of your template.');
      await saved.save(template, replace);
      return summaryOf(template);
    },
    'templates.remove': async ({ templateId }) => {
      refuseBuiltIn(templateId, 'Only custom templates can be removed.');
      await saved.remove(templateId);
      return {};
    },
    'templates.export': async ({ templateId }) => ({
      fileName: `${templateId}.json`,
      text: templateText(await findTemplate(saved, templateId)),
    }),
  };
}

/** @throws SnapkeepError `CONFLICT` */
function refuseBuiltIn(id: string, hint: string): void {
  if (builtInTemplate(id) === undefined) return;
  throw new SnapkeepError('CONFLICT', `The template “${id}” comes with Snapkeep.`, { hint });
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
