import { Autocomplete } from '@mantine/core';
import { usePlansStore } from '../../stores/plans-store.ts';

/** The group a plan belongs to: one that is there, a new one, or none. */
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
