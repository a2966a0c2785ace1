import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice } from '../../components/errors.tsx';
import { showSaved } from '../../components/notices.ts';
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
          {action.error !== null && <ErrorNotice error={action.error} />}
          <Group>
            <Button
              onClick={save}
              loading={action.pending}
              disabled={!changed || programProblems(draft).blocked}
              aria-label="Save advanced settings"
            >
              Save
            </Button>
          </Group>
        </Stack>
      </Disclosure>
    </section>
  );
}
