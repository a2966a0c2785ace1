import { Autocomplete, Checkbox } from '@mantine/core';
import { ErrorNotice } from '../../components/errors.tsx';
import { pendingChoices } from '../../components/pending.tsx';
import { useAnswer } from '../../stores/core.ts';

/** The group of a plan: an existing one, a new one, or none. */
export function GroupField({ value, onChange }: { value: string; onChange(group: string): void }) {
  const plans = useAnswer('plans.list', {});
  const groups = [...new Set(plans.value?.flatMap(({ plan: { group } }) => group ?? []))].sort();
  return (
    <div>
      <Autocomplete
        label="Group"
        placeholder="None"
        data={groups}
        value={value}
        onChange={onChange}
        maxLength={80}
        autoComplete="off"
        {...pendingChoices(plans)}
      />
      {plans.error !== null && <ErrorNotice error={plans.error} onRetry={plans.reload} />}
    </div>
  );
}

/** Whether the databases of a group are backed up at the same instant; nothing where the plan has no group. */
export function SameInstantField(props: { group: string; value: boolean; onChange(sameInstant: boolean): void }) {
  const group = props.group.trim();
  if (group === '') return null;
  return (
    <Checkbox
      label={`Same instant as other databases of ${group}`}
      description="For databases that one program changes together. A backup of one of them backs up all that have this option. Requires write access to each database."
      checked={props.value}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}
