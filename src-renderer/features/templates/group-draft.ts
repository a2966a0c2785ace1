import type { Template } from '../../../src-shared/model/template.ts';
import type { AppliedPart } from '../../../src-shared/model/template-use.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';

/** What somebody has decided about the parts of a template. */
export interface GroupDraft {
  /** By part; what is not in it is as the template says. */
  wanted: Readonly<Record<string, boolean>>;
  /** Where a part is, for those that are elsewhere. */
  paths: Readonly<Record<string, string>>;
  /** The folder that all snapshots go below; empty: none. */
  folder: string;
}

/**
 * A template with the places that somebody has chosen, so that the core works out the plans for them: names of folders
 * are joined there, by the rules of its platform.
 * @throws SnapkeepError `INVALID_PARAMS` for a text that is no template
 */
export function withChoices(text: string, { paths, folder }: Pick<GroupDraft, 'paths' | 'folder'>): string {
  const template = parseTemplate(text);
  const parts = template.parts.map((part) => {
    const path = paths[part.id]?.trim() ?? '';
    return path === '' ? part : { ...part, places: everywhere(path) };
  });
  const chosen: Template = { ...template, parts };
  return templateText(folder.trim() === '' ? chosen : { ...chosen, destination: everywhere(folder.trim()) });
}

const everywhere = (path: string) => ({ linux: [path], macos: [path], windows: [path] });

/** Whether a part can be backed up: it is somewhere on this machine. */
export const isHere = ({ draft }: AppliedPart): boolean => draft.sourcePath !== null;

/** The parts that would become plans. */
export function wantedParts(parts: readonly AppliedPart[], { wanted }: Pick<GroupDraft, 'wanted'>): AppliedPart[] {
  return parts.filter((part) => isHere(part) && (wanted[part.id] ?? !part.optional));
}
