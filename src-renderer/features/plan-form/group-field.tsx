import { Autocomplete, Checkbox } from '@mantine/core';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { pendingChoices } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';
import type { PlanFormApi } from './use-plan-form.ts';

/** The group of a plan: an existing one, a new one, or none. */
export function GroupField({ form }: { form: PlanFormApi }) {
  const plans = useAnswer('plans.list', {});
  const groups = [...new Set(plans.value?.flatMap(({ plan: { group } }) => group ?? []))].sort();
  return (
    <div>
      <Autocomplete
        label="Group"
        placeholder="None"
        data={groups}
        {...form.getInputProps('group')}
        maxLength={200}
        autoComplete="off"
        {...pendingChoices(plans)}
      />
      {plans.error !== null && <ErrorNotice error={plans.error} onRetry={plans.reload} />}
    </div>
  );
}

/** Whether the databases of a group are backed up at the same instant; nothing where the plan has no group. */
export function SameInstantField({ form }: { form: PlanFormApi }) {
  const group = form.values.group.trim();
  if (group === '' || form.values.sourceKind === 'files') return null;
  return (
    <Checkbox
      label={`Same instant as other databases of ${group}`}
      description="For databases that one program changes together. A backup of one of them backs up all that have this option. Requires write access to each database."
      {...form.getInputProps('sameInstant', { type: 'checkbox' })}
    />
  );
}
