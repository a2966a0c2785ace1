import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { AppliedPart, AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { parseTemplate } from '../../../src-shared/third-party/template-text.ts';
import { templateInWords } from '../../../src-shared/third-party/template-words.ts';
import { explainedAs } from '../../core/engine/engine-errors.ts';
import { inSession, json, nameAndPath } from '../command.ts';
import { print, writeText } from '../output.ts';
import type { Session } from '../session.ts';

/** `template list`, `show`, `check`, `save`, `export` and `remove`. */
export function addTemplateCommands(program: Command): void {
  const template = program
    .command('template')
    .summary('list, show, check, save and share templates')
    .description(
      'A template sets how the data of a program is backed up. Add its plans with: snapkeep plan add --template',
    );

  json(template.command('list'))
    .summary('list templates')
    .action(
      inSession(async (session) => {
        const all = await session.call('templates.list', {});
        const words = all.map(({ id, purpose, builtIn }) => `${id.padEnd(14)}${purpose}${builtIn ? '' : ' (custom)'}`);
        print(all, words);
      }),
    );

  json(template.command('show'))
    .summary('show what a template does on this machine')
    .argument('<template>', 'name of a template, or path of a file')
    .option('--folder <folder>', 'folder of the program, for templates that need it')
    .action(
      inSession(async (session, given: string, options: { folder?: string }) => {
        const applied = await appliedTemplate(session, given, options);
        print(applied, appliedInWords(applied));
      }),
    );

  json(template.command('check'))
    .summary('check a template file; errors name line and field')
    .argument('<file>')
    .action(
      inSession(async (_session, file: string) => {
        const checked = parseTemplate(await fileText(file));
        print(checked, templateInWords(checked));
      }),
    );
  addCustomTemplateCommands(template);
}

/** `template save`, `export` and `remove`. */
function addCustomTemplateCommands(template: Command): void {
  json(template.command('save'))
    .summary('save a custom template')
    .argument('<file>')
    .option('--replace', 'replace the template with the same id')
    .action(
      inSession(async (session, file: string, options: { replace?: boolean }) => {
        const text = await fileText(file);
        const saved = await session.call('templates.save', { text, replace: options.replace === true });
        print(saved, `Saved template ${saved.id}.`);
      }),
    );

  json(template.command('export'))
    .summary('print a template, to share or edit it')
    .argument('<template>', 'name of a template')
    .action(
      inSession(async (session, templateId: string, options: { json?: boolean }) => {
        const { text } = await session.call('templates.export', { templateId });
        // What is shared is the text, byte for byte.
        if (options.json === true) print(JSON.parse(text), text);
        else writeText(text);
      }),
    );

  json(template.command('remove'))
    .summary('remove a custom template')
    .argument('<template>', 'name of a template')
    .action(
      inSession(async (session, templateId: string) => {
        await session.call('templates.remove', { templateId });
        print({ id: templateId }, `Removed template ${templateId}.`);
      }),
    );
}

/** A template as it would be used here: one that is known by its name, or that of a file. */
export async function appliedTemplate(
  session: Session,
  given: string,
  { folder, source, location = [] }: { folder?: string; source?: string; location?: string[] },
): Promise<AppliedTemplate> {
  const where = {
    ...(folder === undefined ? {} : { folder: resolve(folder) }),
    ...(source === undefined ? {} : { source: resolve(source) }),
    ...(location.length === 0 ? {} : { sources: Object.fromEntries(location.map(nameAndPath)) }),
  };
  const isFile = /[/\\.]/.test(given) && existsSync(given);
  return session.call(
    'templates.apply',
    isFile ? { text: await fileText(given), ...where } : { templateId: given, ...where },
  );
}

async function fileText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(explainedAs(resolve(file)));
}

function appliedInWords({ sentences, destinations, parts }: AppliedTemplate): string[] {
  const locations = parts.flatMap(({ name, locations: own }: AppliedPart) =>
    own.map(({ path, exists }) => `${name}: ${path}${exists ? '' : ' (not found)'}`),
  );
  const to = destinations.map(({ path, exists }) => `Snapshots: ${path}${exists ? '' : ' (not found)'}`);
  const left = parts
    .filter(({ optional }) => !optional)
    .flatMap(({ leftOut }) => leftOut.map((each) => `Left out: ${each}`));
  return [...sentences, ...locations, ...to, ...left];
}
