import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';
import { builtInTemplate } from '../../../src-shared/third-party/templates/built-in.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { applyAsked } from './apply-template.ts';
import { findTemplate, listTemplates, SavedTemplates, summaryOf } from './templates.ts';

/** Lists, applies, keeps and shares templates. */
export function templatesHandlers({ dataFolder }: CoreContext): Handlers<MethodsOf<'templates'>> {
  const saved = new SavedTemplates(join(dataFolder.path, 'templates'));
  return {
    'templates.list': () => listTemplates(saved),
    'templates.apply': (asked) => applyAsked(saved, asked),
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
