import { useEffect, useState } from 'react';
import type { AppliedPart, AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { client } from '../../api/client.ts';
import { type Action, useAction } from '../../hooks/use-action.ts';

/** The template that was chosen, as it would be used on this machine. */
export interface ChosenTemplate {
  applied: AppliedTemplate | null;
  /** The part that a template of one plan is about; `null`: there is none, or there are several. */
  part: AppliedPart | null;
  action: Action;
  /** @param folder the folder of the program, where it is asked for */
  choose(templateId: string | null, folder?: string): void;
}

/**
 * Chooses a template.
 * @param sourcePath the database that the form is about; the template is applied again when it changes
 * @param onPart what is done with a part that has just been chosen
 * @param onFollow what is done when it has been applied for another source
 */
export function useChosenTemplate(
  sourcePath: string | null,
  onPart: (part: AppliedPart) => void,
  onFollow: (before: AppliedPart, after: AppliedPart) => void,
): ChosenTemplate {
  const [applied, setApplied] = useState<AppliedTemplate | null>(null);
  const [folder, setFolder] = useState<string | undefined>();
  /** The source it was last applied for. */
  const [followed, setFollowed] = useState<string | null>(null);
  const action = useAction('here');
  const { run } = action;
  const part = onlyPart(applied);

  const choose = (templateId: string | null, inFolder?: string): void => {
    if (templateId === null) {
      setApplied(null);
      return;
    }
    run(async () => {
      const given = inFolder === undefined ? {} : { folder: inFolder };
      const found = await client.call('templates.apply', { templateId, ...given });
      const only = onlyPart(found);
      setApplied(found);
      setFolder(inFolder);
      setFollowed(only?.draft.sourcePath ?? null);
      if (only !== null) onPart(only);
    });
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the source alone
  useEffect(() => {
    if (applied === null || part === null || sourcePath === null || sourcePath === followed) return;
    setFollowed(sourcePath);
    run(async () => {
      const given = folder === undefined ? {} : { folder };
      const found = await client.call('templates.apply', { templateId: applied.id, source: sourcePath, ...given });
      const after = onlyPart(found);
      setApplied(found);
      if (after !== null) onFollow(part, after);
    });
  }, [sourcePath, followed, applied]);

  return { applied, part, action, choose };
}

function onlyPart(applied: AppliedTemplate | null): AppliedPart | null {
  return applied?.parts.length === 1 ? (applied.parts[0] ?? null) : null;
}
