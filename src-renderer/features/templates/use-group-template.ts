import { useDebouncedValue } from '@mantine/hooks';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { AppliedPart, AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';
import { type GroupDraft, withChoices } from './group-draft.ts';

/** The parts of a template at the chosen locations. */
export interface GroupTemplate {
  parts: readonly AppliedPart[];
  /** The chosen paths are being checked. */
  checking: boolean;
  problem: ErrorBody | null;
}

/** Returns the parts of a template at the chosen locations, once nothing has been typed for a moment. */
export function useGroupTemplate(template: AppliedTemplate, { paths, folder }: GroupDraft): GroupTemplate {
  const exported = useAnswer('templates.export', { templateId: template.id });
  const text = exported.value === null ? null : withChoices(exported.value.text, { paths, folder });
  const [debounced] = useDebouncedValue(text, 250);
  const applied = useAnswer('templates.apply', debounced === null ? null : { text: debounced });
  const parts = useLast(applied.value)?.parts ?? template.parts;
  const problem = exported.error ?? applied.error;
  return { parts, checking: problem === null && (text !== debounced || text === null || applied.pending), problem };
}
