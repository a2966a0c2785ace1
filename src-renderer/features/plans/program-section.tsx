import { Stack } from '@mantine/core';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { showSaved } from '../../components/notices.ts';
import { SaveButton } from '../../components/save-button.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { programDraftOf, programOf, programProblems } from '../plan-form/program-draft.ts';
import { ProgramFields } from '../plan-form/program-fields.tsx';

/** The advanced settings of a plan. */
export function ProgramSection({ plan }: { plan: Plan }) {
  const [draft, setDraft] = useState(() => programDraftOf(plan));
  const action = useAction('here');
  const changed = JSON.stringify(programOf(draft)) !== JSON.stringify(programOf(programDraftOf(plan)));
  const save = (): void =>
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, ...programOf(draft) });
      showSaved();
    });
  const { sourceKind, name, compression, method, encryption, timeZone } = plan;
  return (
    <section className="card" aria-label="Advanced">
      <Disclosure title="Advanced">
        <Stack gap="md">
          <ProgramFields
            value={draft}
            onChange={setDraft}
            named={{ sourceKind, planName: name, compression, method, encrypted: encryption !== null, timeZone }}
          />
          <SaveButton
            action={action}
            onSave={save}
            disabled={!changed || programProblems(draft).blocked}
            label="Save advanced settings"
          />
        </Stack>
      </Disclosure>
    </section>
  );
}
