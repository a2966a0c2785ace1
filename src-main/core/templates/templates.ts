import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Template } from '../../../src-shared/model/third-party/template.ts';
import type { TemplateSummary } from '../../../src-shared/model/third-party/template-use.ts';
import { expandLocations, type Machine } from '../../../src-shared/third-party/template-locations.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';
import { templateInWords } from '../../../src-shared/third-party/template-words.ts';
import { builtInTemplate, builtInTemplates } from '../../../src-shared/third-party/templates/built-in.ts';
import { PLATFORM } from '../../platform/platform.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { exists, partialPath, publishFile, replaceFile, writeSynced } from '../engine/files/durable-files.ts';
import { removedAtEnd } from '../engine/files/remove-tree.ts';

const ENDING = '.json';

/** The templates that a person has saved: one file each in a folder of the data folder, as it would be shared. */
export class SavedTemplates {
  readonly #folder: string;

  /** @param folder made when the first one is saved */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By id; a file that cannot be understood is passed over, for {@link get} says what is wrong with it. */
  async list(): Promise<Template[]> {
    const templates: Template[] = [];
    for (const id of await this.#ids()) {
      try {
        templates.push(await this.get(id));
      } catch (error) {
        if (!(error instanceof SnapkeepError)) throw error;
      }
    }
    return templates;
  }

  /** @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` for a file that was changed and is no template any more */
  async get(id: string): Promise<Template> {
    if (!(await this.#ids()).includes(id)) throw unknownTemplate(id);
    return parseTemplate(await readFile(join(this.#folder, id + ENDING), 'utf8'));
  }

  /** @throws SnapkeepError `CONFLICT` when the id is taken and nobody said to replace it */
  async save(template: Template, replace: boolean): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, template.id + ENDING);
    const partial = partialPath(path, crypto.randomUUID());
    await using _partial = removedAtEnd(partial);
    try {
      await writeSynced(partial, templateText(template));
      if (replace && (await exists(path))) await replaceFile(partial, path);
      else await publishFile(partial, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw explainError(error, path);
      throw new SnapkeepError('CONFLICT', `A template “${template.id}” already exists.`, {
        hint: 'Change its id, or choose Replace.',
        cause: error,
      });
    }
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  async remove(id: string): Promise<void> {
    if (!(await this.#ids()).includes(id)) throw unknownTemplate(id);
    await rm(join(this.#folder, id + ENDING));
  }

  async #ids(): Promise<string[]> {
    try {
      const names = await readdir(this.#folder);
      return names
        .filter((name) => name.endsWith(ENDING))
        .map((name) => name.slice(0, -ENDING.length))
        .sort();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw explainError(error, this.#folder);
    }
  }
}

/** The template of an id. @throws SnapkeepError `NOT_FOUND` */
export async function findTemplate(saved: SavedTemplates, id: string): Promise<Template> {
  return builtInTemplate(id) ?? (await saved.get(id));
}

/** All there are, those that come with Snapkeep first. */
export async function listTemplates(saved: SavedTemplates): Promise<TemplateSummary[]> {
  return [...builtInTemplates(), ...(await saved.list())].map(summaryOf);
}

export function summaryOf(template: Template): TemplateSummary {
  const { id, name, purpose } = template;
  return { id, name, purpose, builtIn: builtInTemplate(id) !== undefined, sentences: templateInWords(template) };
}

/** A database that a template expects at a path of this machine. */
export interface TemplatePlace {
  path: string;
  templateId: string;
  program: string;
  /** It may be encrypted. */
  encrypted: boolean;
}

/** Returns where the templates expect databases on this machine, whether or not something is there. @param dataFolder where templates are saved */
export async function templatePlaces(dataFolder: string): Promise<TemplatePlace[]> {
  const machine: Machine = { platform: PLATFORM, environment: process.env, home: homedir(), folder: null };
  const templates = [...builtInTemplates(), ...(await new SavedTemplates(join(dataFolder, 'templates')).list())];
  return templates.flatMap(({ id, name, parts }) =>
    parts.flatMap((part) =>
      part.kind !== 'database'
        ? []
        : expandLocations(part.locations, machine).map((path) => ({
            path,
            templateId: id,
            program: name,
            encrypted: part.encryption !== null,
          })),
    ),
  );
}

function unknownTemplate(id: string): SnapkeepError {
  return new SnapkeepError('NOT_FOUND', `Template “${id}” not found.`, { hint: 'Check the list of templates.' });
}
