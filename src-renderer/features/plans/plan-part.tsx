import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { SaveButton } from '../../components/forms/save-button.tsx';
import { showSaved } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';
import { encryptionDraftOf } from '../plan-form/encryption-draft.ts';
import { incompleteFields, type PlanFields, type PlanForm, planFieldsOf, planFormOf } from '../plan-form/plan-form.ts';
import { type PlanFormApi, usePlanForm } from '../plan-form/use-plan-form.ts';

interface PlanPartProps {
  plan: Plan;
  /** What is saved together; all else stays as it is. */
  fields: ReadonlyArray<keyof PlanFields>;
  /** For screen readers, where a page has several buttons: what is saved. */
  label?: string;
  children(form: PlanFormApi): ReactNode;
}

/** A part of a plan's settings, with a button that saves it. */
export function PlanPart({ plan, fields, label, children }: PlanPartProps) {
  const form = usePlanForm(() => planFormOf(plan));
  const action = useAction('here');
  const typed = pick(form.values, fields);
  const changed = JSON.stringify(typed) !== JSON.stringify(pick(planFormOf(plan), fields));
  const incomplete = incompleteFields({ ...form.values, keptPassphrase: plan.encryption?.kind === 'passphrase' });
  const save = (): void =>
    action.run(async () => {
      const { encryption } = await client.call('plans.update', { planId: plan.id, ...typed });
      // Secrets are saved; nothing shows them again.
      form.setValues({ encryption: encryptionDraftOf(encryption), keptPassphrase: encryption?.kind === 'passphrase' });
      showSaved();
    });
  return (
    <Stack gap="md">
      {children(form)}
      <SaveButton
        action={action}
        onSave={save}
        disabled={!changed || fields.some((field) => incomplete.has(field))}
        {...(label === undefined ? {} : { label })}
      />
    </Stack>
  );
}

function pick(form: PlanForm, fields: ReadonlyArray<keyof PlanFields>): Partial<PlanFields> {
  const all = planFieldsOf(form);
  return Object.fromEntries(fields.map((field) => [field, all[field]]));
}
