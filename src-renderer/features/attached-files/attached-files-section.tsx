import { Stack } from '@mantine/core';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { ATTACHED_FILES_HINT } from '../../components/hints.ts';
import { showSaved } from '../../components/notices.ts';
import { SaveButton } from '../../components/save-button.tsx';
import { Section } from '../../components/section.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { attachedFileDraftsOf, attachedFileProblems, attachedFilesOf } from './attached-file-draft.ts';
import { AttachedFilesField } from './attached-files-field.tsx';

/** The attached files of a plan; of a plan of files, its whole source. */
export function AttachedFilesSection({ plan }: { plan: Plan }) {
  const [drafts, setDrafts] = useState(() => attachedFileDraftsOf(plan.attachedFiles));
  const action = useAction('here');
  const files = plan.sourceKind === 'files';
  const attachedFiles = attachedFilesOf(drafts);
  const changed =
    JSON.stringify(attachedFiles) !== JSON.stringify(attachedFilesOf(attachedFileDraftsOf(plan.attachedFiles)));
  const blocked = attachedFileProblems(drafts).some((each) => each.blocked) || (files && drafts.length === 0);
  const save = (): void =>
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, attachedFiles });
      showSaved();
    });
  return (
    <Section title={files ? 'Files and folders' : 'Attached files'}>
      <Stack gap="md">
        <AttachedFilesField
          value={drafts}
          onChange={setDrafts}
          empty={files ? 'Add at least one file, folder or disk to back up.' : ATTACHED_FILES_HINT}
        />
        <SaveButton action={action} onSave={save} disabled={!changed || blocked} label="Save attached files" />
      </Stack>
    </Section>
  );
}
