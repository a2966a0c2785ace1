import type { Template } from '../../../src-shared/model/third-party/template.ts';
import type { AppliedPart } from '../../../src-shared/model/third-party/template-use.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';

/** The choices for the parts of a template. */
export interface PartsChoice {
  /** By part; other parts keep the template's default. */
  wanted: Readonly<Record<string, boolean>>;
  /** The paths of parts at other locations. */
  paths: Readonly<Record<string, string>>;
}

/** The choices for a template. */
export interface GroupDraft extends PartsChoice {
  /** The backup folder; empty: none. */
  folder: string;
}

/**
 * Returns a template with the chosen locations, so that the core computes the plans for them: it joins names of folders by
 * the rules of its platform.
 * @throws SnapkeepError `INVALID_PARAMS` for a text that is not a template
 */
export function withChoices(text: string, { paths, folder }: Pick<GroupDraft, 'paths' | 'folder'>): string {
  const template = parseTemplate(text);
  const parts = template.parts.map((part) => {
    const path = paths[part.id]?.trim() ?? '';
    return path === '' ? part : { ...part, locations: everywhere(path) };
  });
  const chosen: Template = { ...template, parts };
  return templateText(folder.trim() === '' ? chosen : { ...chosen, destination: everywhere(folder.trim()) });
}

const everywhere = (path: string) => ({ linux: [path], macos: [path], windows: [path] });

/** Whether a part was found on this machine and can be backed up. */
export const isHere = ({ draft }: AppliedPart): boolean => draft.sourcePath !== null;

/** The parts that would become plans. */
export function wantedParts(parts: readonly AppliedPart[], { wanted }: Pick<GroupDraft, 'wanted'>): AppliedPart[] {
  return parts.filter((part) => isHere(part) && (wanted[part.id] ?? !part.optional));
}
