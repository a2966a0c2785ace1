import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { parseTemplate, templateText } from '../../../src-shared/rules/template-text.ts';
import { builtInTemplate } from '../../../src-shared/templates/built-in.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalPath } from '../paths.ts';
import { applyTemplate, findTemplate, listTemplates, SavedTemplates, summaryOf } from '../templates.ts';
import type { Handlers, MethodsOf } from './handler.ts';

/** Lists, applies, keeps and shares templates. */
export function templatesHandlers({ dataFolder }: CoreContext): Handlers<MethodsOf<'templates'>> {
  const saved = new SavedTemplates(join(dataFolder.path, 'templates'));
  return {
    'templates.list': () => listTemplates(saved),
    'templates.apply': async ({ folder, source, ...given }) => {
      const template = 'text' in given ? parseTemplate(given.text) : await findTemplate(saved, given.templateId);
      return applyTemplate(
        template,
        folder === undefined ? null : await canonicalPath(folder),
        source === undefined ? null : await canonicalPath(source),
      );
    },
    'templates.save': async ({ text, replace }) => {
      const template = parseTemplate(text);
      refuseBuiltIn(template.id, 'Give yours another id.');
      await saved.save(template, replace);
      return summaryOf(template);
    },
    'templates.remove': async ({ templateId }) => {
      refuseBuiltIn(templateId, 'Only templates that somebody has saved can be removed.');
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
