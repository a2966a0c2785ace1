import { useEffect, useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { AppliedPart, AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { client } from '../../api/client.ts';
import { errorBody } from '../../api/error-body.ts';
import { type GroupDraft, withChoices } from './group-draft.ts';

interface GroupTemplate {
  parts: readonly AppliedPart[];
  /** The chosen paths are being checked. */
  checking: boolean;
  problem: ErrorBody | null;
}

/** Returns the parts of a template at the chosen locations. */
export function useGroupTemplate(template: AppliedTemplate, { paths, folder }: GroupDraft): GroupTemplate {
  const [found, setFound] = useState<GroupTemplate>({ parts: template.parts, checking: false, problem: null });
  const choices = JSON.stringify({ paths, folder });
  const [first] = useState(choices);
  useEffect(() => {
    if (choices === first) return setFound({ parts: template.parts, checking: false, problem: null });
    let wanted = true;
    setFound((before) => ({ ...before, checking: true }));
    // Waits for a pause in typing.
    const timer = setTimeout(() => {
      apply(template.id, JSON.parse(choices) as Pick<GroupDraft, 'paths' | 'folder'>).then(
        (parts) => wanted && setFound({ parts, checking: false, problem: null }),
        (error: unknown) => wanted && setFound((before) => ({ ...before, checking: false, problem: errorBody(error) })),
      );
    }, 250);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [template, choices, first]);
  return found;
}

async function apply(templateId: string, chosen: Pick<GroupDraft, 'paths' | 'folder'>): Promise<AppliedPart[]> {
  const { text } = await client.call('templates.export', { templateId });
  return (await client.call('templates.apply', { text: withChoices(text, chosen) })).parts;
}
