import { Group, NumberInput, Select, Stack, Switch, Text } from '@mantine/core';
import { KEEP_ALL, type Retention } from '../../../src-shared/model/plan.ts';
import { keepsAll } from '../../../src-shared/retention/retention.ts';
import { WEEKDAYS } from '../../../src-shared/words/weekdays.ts';

const DAYS_OF_WEEKLY = [
  { value: 0, label: 'Newest of the week' },
  ...WEEKDAYS.map((day, index) => ({ value: index + 1, label: `${day}s only` })),
];

/** The keep rules; a snapshot is kept while any of them applies. */
export function RetentionFields({ value, onChange }: { value: Retention; onChange(value: Retention): void }) {
  const all = keepsAll(value);
  const field = (
    label: string,
    key: 'keepLast' | 'keepDays' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'minimum',
    most: number,
  ) => {
    const none = key === 'keepLast' || key === 'keepDays' ? null : 0;
    return (
      <NumberInput
        label={label}
        min={0}
        max={most}
        allowDecimal={false}
        w={150}
        disabled={all && key !== 'minimum' && key !== 'keepLast'}
        placeholder="–"
        value={value[key] === null || value[key] === 0 ? '' : (value[key] ?? '')}
        onChange={(amount) => onChange({ ...value, [key]: typeof amount === 'number' && amount > 0 ? amount : none })}
      />
    );
  };
  return (
    <Stack gap="sm">
      <Switch
        label="Keep all snapshots"
        checked={all}
        onChange={(event) => onChange(event.currentTarget.checked ? KEEP_ALL : { ...KEEP_ALL, keepLast: 30 })}
      />
      {!all && (
        <>
          <Group align="end" gap="md">
            {field('Keep last', 'keepLast', 100_000)}
            {field('Keep all for (days)', 'keepDays', 36_500)}
            {field('Keep at least', 'minimum', 1000)}
          </Group>
          <Text size="sm" c="dimmed">
            Then keep the newest snapshot of each of the last:
          </Text>
          <Group align="end" gap="md">
            {field('Days', 'daily', 36_500)}
            {field('Weeks', 'weekly', 5200)}
            {field('Months', 'monthly', 1200)}
            {field('Years', 'yearly', 100)}
            {value.weekly > 0 && (
              <Select
                label="Weekly snapshot"
                data={DAYS_OF_WEEKLY}
                w={220}
                allowDeselect={false}
                value={value.weekday ?? 0}
                onChange={(day) => onChange({ ...value, weekday: day || null })}
              />
            )}
          </Group>
        </>
      )}
    </Stack>
  );
}
