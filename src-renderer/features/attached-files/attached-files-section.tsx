import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { showSaved } from '../../components/notices.ts';
import { Section } from '../../components/section.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { attachedFileDraftsOf, attachedFileProblems, attachedFilesOf } from './attached-file-draft.ts';
import { AttachedFilesField } from './attached-files-field.tsx';

/** What a plan keeps beside its database, or, without one, all that it keeps. */
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
    <Section title={files ? 'What is kept together' : 'Kept together with the database'}>
      <Stack gap="md">
        <AttachedFilesField
          value={drafts}
          onChange={setDrafts}
          empty={
            files
              ? 'At least one is needed: it is all that this plan backs up.'
              : 'Files and folders that belong to the database, such as uploads, go into the same snapshot.'
          }
        />
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group>
          <Button
            onClick={save}
            loading={action.pending}
            disabled={!changed || blocked}
            aria-label="Save what is kept together"
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
