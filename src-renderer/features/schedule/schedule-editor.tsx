import { Chip, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import { shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useLast } from '../../hooks/use-last.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';

type Kind = Schedule['kind'];

const KINDS: Array<{ value: Kind; label: string }> = [
  { value: 'manual', label: scheduleInWords({ kind: 'manual' }) },
  { value: 'interval', label: 'Hourly' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'on-change', label: 'After changes' },
  { value: 'cron', label: 'Cron expression' },
];

const FRESH: { [K in Kind]: Extract<Schedule, { kind: K }> } = {
  manual: { kind: 'manual' },
  interval: { kind: 'interval', hours: 6 },
  daily: { kind: 'daily', time: '02:00' },
  weekly: { kind: 'weekly', days: [7], time: '02:00' },
  monthly: { kind: 'monthly', day: 1, time: '02:00' },
  cron: { kind: 'cron', expression: '0 2 * * 1-5' },
  'on-change': { kind: 'on-change', quietMinutes: 5, atLatestMinutes: 60 },
};

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const DAYS_OF_MONTH = [
  ...Array.from({ length: 28 }, (_, index) => ({ value: String(index + 1), label: String(index + 1) })),
  { value: 'last', label: 'Last' },
];
const ZONES = [...new Set(['', 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((zone) => ({
  value: zone,
  label: zone === '' ? 'This machine’s time zone' : zone,
}));

interface ScheduleEditorProps {
  label: string;
  schedule: Schedule;
  timeZone: string | null;
  onChange(schedule: Schedule): void;
  /** Without it, the time zone is shown elsewhere. */
  onTimeZone?(timeZone: string | null): void;
  /** A restore test cannot follow changes. */
  withoutChanges?: boolean;
}

/** Edits a schedule and shows its next times. */
export function ScheduleEditor(props: ScheduleEditorProps) {
  const { label, schedule, timeZone, onChange, onTimeZone, withoutChanges = false } = props;
  const kinds = withoutChanges ? KINDS.filter(({ value }) => value !== 'on-change') : KINDS;
  return (
    <Stack gap="sm">
      <Group align="end" gap="md">
        <Select
          label={label}
          data={kinds}
          value={schedule.kind}
          allowDeselect={false}
          w={230}
          onChange={(kind) => kind !== null && onChange(FRESH[kind as Kind])}
        />
        <ScheduleFields schedule={schedule} onChange={onChange} />
      </Group>
      {onTimeZone !== undefined && schedule.kind !== 'manual' && schedule.kind !== 'on-change' && (
        <Select
          label="Time zone"
          data={ZONES}
          searchable
          allowDeselect={false}
          w={230}
          value={timeZone ?? ''}
          onChange={(zone) => onTimeZone(zone === '' ? null : zone)}
        />
      )}
      <SchedulePreview schedule={schedule} timeZone={timeZone} />
    </Stack>
  );
}

interface ScheduleFieldsProps<K extends Kind = Kind> {
  schedule: Extract<Schedule, { kind: K }>;
  onChange(schedule: Schedule): void;
}

function ScheduleFields({ schedule, onChange }: ScheduleFieldsProps) {
  switch (schedule.kind) {
    case 'interval':
      return (
        <Amount
          label="Interval (hours)"
          value={schedule.hours}
          most={8760}
          onChange={(hours) => onChange({ ...schedule, hours })}
        />
      );
    case 'daily':
      return <Time schedule={schedule} onChange={onChange} />;
    case 'weekly':
      return (
        <>
          <Weekdays schedule={schedule} onChange={onChange} />
          <Time schedule={schedule} onChange={onChange} />
        </>
      );
    case 'monthly':
      return (
        <>
          <Select
            label="Day"
            w={120}
            allowDeselect={false}
            data={DAYS_OF_MONTH}
            value={String(schedule.day)}
            onChange={(day) => onChange({ ...schedule, day: day === 'last' ? 'last' : Number(day) })}
          />
          <Time schedule={schedule} onChange={onChange} />
        </>
      );
    case 'cron':
      return (
        <TextInput
          label="Cron expression"
          description="Minute, hour, day, month, weekday"
          value={schedule.expression}
          w={230}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          onChange={(event) => onChange({ ...schedule, expression: event.currentTarget.value })}
        />
      );
    case 'on-change':
      return <DelayFields schedule={schedule} onChange={onChange} />;
    case 'manual':
      return null;
  }
}

function Weekdays({ schedule, onChange }: ScheduleFieldsProps<'weekly'>) {
  return (
    <Chip.Group
      multiple
      value={schedule.days.map(String)}
      onChange={(days) => days.length > 0 && onChange({ ...schedule, days: days.map(Number) })}
    >
      <Group gap={4} role="group" aria-label="Days" pb={6}>
        {DAYS.map((day, index) => (
          <Chip key={day} value={String(index + 1)} size="xs">
            {day}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

function DelayFields({ schedule, onChange }: ScheduleFieldsProps<'on-change'>) {
  return (
    <>
      <Amount
        label="Wait until idle (minutes)"
        value={schedule.quietMinutes}
        most={1440}
        onChange={(quietMinutes) => onChange({ ...schedule, quietMinutes })}
      />
      <Amount
        label="Maximum delay (minutes)"
        value={schedule.atLatestMinutes}
        most={10_080}
        onChange={(atLatestMinutes) => onChange({ ...schedule, atLatestMinutes })}
      />
    </>
  );
}

function Amount(props: { label: string; value: number; most: number; onChange(value: number): void }) {
  return (
    <NumberInput
      label={props.label}
      min={1}
      max={props.most}
      allowDecimal={false}
      w={190}
      value={props.value}
      onChange={(value) => typeof value === 'number' && value >= 1 && props.onChange(value)}
    />
  );
}

function Time({ schedule, onChange }: ScheduleFieldsProps<'daily' | 'weekly' | 'monthly'>) {
  return (
    <TextInput
      label="Time"
      type="time"
      w={150}
      value={schedule.time}
      onChange={({ currentTarget: { value } }) => value !== '' && onChange({ ...schedule, time: value.slice(0, 5) })}
    />
  );
}

function SchedulePreview({ schedule, timeZone }: { schedule: Schedule; timeZone: string | null }) {
  const answer = useAnswer('schedules.preview', { schedule, timeZone });
  const preview = useLast(answer.value);
  const now = useNow();
  if (answer.error !== null) return <ErrorNotice error={answer.error} />;
  if (preview === null || schedule.kind === 'manual') return null;
  const here = timeZone === null ? '' : ' (this machine’s time)';
  return (
    <Text size="sm" c="dimmed" role="status">
      {preview.words}.{' '}
      {preview.next.length > 0 && `Next${here}: ${preview.next.map((at) => shortMomentInWords(at, now)).join(' · ')}.`}
    </Text>
  );
}
