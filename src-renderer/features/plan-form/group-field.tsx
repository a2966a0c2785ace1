import { Autocomplete, Checkbox } from '@mantine/core';
import { usePlansStore } from '../../stores/plans-store.ts';

/** The group of a plan: an existing one, a new one, or none. */
export function GroupField({ value, onChange }: { value: string; onChange(group: string): void }) {
  const plans = usePlansStore((state) => state.plans);
  const groups = [...new Set(plans?.flatMap(({ plan: { group } }) => group ?? []))].sort();
  return (
    <Autocomplete
      label="Group"
      placeholder="None"
      data={groups}
      value={value}
      onChange={onChange}
      maxLength={80}
      autoComplete="off"
    />
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
