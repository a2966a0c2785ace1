import { Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Section } from '../../components/layout/section.tsx';
import { RetentionProjection } from '../retention/projection.tsx';
import { RetentionFields } from '../retention/retention-fields.tsx';
import { ScheduleFields } from '../schedule/schedule-fields.tsx';
import { GroupField, SameInstantField } from './group-field.tsx';
import { TagsField } from './tags-field.tsx';
import type { PlanFormApi } from './use-plan-form.ts';

interface NameFieldsProps {
  form: PlanFormApi;
  label: string;
  /** The name that is shown: what was typed, or what the source suggests. */
  planName: string;
}

/** The name, the group and the tags of a plan. */
export function NameFields({ form, label, planName }: NameFieldsProps) {
  return (
    <>
      <div className="name-and-group">
        <TextInput label={label} {...form.getInputProps('name')} value={planName} maxLength={200} />
        <GroupField form={form} />
      </div>
      <SameInstantField form={form} />
      <TagsField label="Tags" {...form.getInputProps('tags')} value={form.values.tags} />
    </>
  );
}

/** When backups run. @param children the state of the schedule of an existing plan */
export function ScheduleSection({ form, children }: { form: PlanFormApi; children?: ReactNode }) {
  return (
    <Section title="Schedule">
      <Stack gap="sm">
        <ScheduleFields form={form} />
        {children}
      </Stack>
    </Section>
  );
}

interface RetentionSectionProps {
  form: PlanFormApi;
  /** By what the size after a year is estimated: the snapshots of a plan, or the size of one. */
  estimate: { planId: string } | { snapshotBytes: number };
}

/** Which snapshots are kept. */
export function RetentionSection({ form, estimate }: RetentionSectionProps) {
  const { schedule, timeZone, retention } = form.values;
  return (
    <Section title="Retention">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          A snapshot is kept as long as any of these rules applies. All others are pruned after each successful backup.
          The newest valid snapshot, the newest restore-tested one, pinned snapshots and safety snapshots are always
          kept.
        </Text>
        <RetentionFields {...form.getInputProps('retention')} value={retention} />
        <RetentionProjection {...estimate} schedule={schedule} timeZone={timeZone} retention={retention} />
      </Stack>
    </Section>
  );
}
