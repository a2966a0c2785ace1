import { Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { OTHER_DISK_HINT } from '../../components/forms/hints.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Section } from '../../components/layout/section.tsx';
import { RetentionProjection } from '../retention/projection.tsx';
import { RetentionFields } from '../retention/retention-fields.tsx';
import { ScheduleFields } from '../schedule/schedule-fields.tsx';
import { EncryptionDisclosure } from './encryption-fields.tsx';
import { GroupField, SameInstantField } from './group-field.tsx';
import { PlanDestinationsField } from './plan-destinations-field.tsx';
import { ProgramFields } from './program-fields.tsx';
import { SnapshotFields } from './snapshot-fields.tsx';
import type { PlanFormApi } from './use-plan-form.ts';

interface StorageSectionProps {
  form: PlanFormApi;
  planName: string;
  encrypted: boolean;
  noDump: boolean;
}

/** Name, destinations and format of a new plan. */
export function StorageSection({ form, planName, encrypted, noDump }: StorageSectionProps) {
  return (
    <Section title="Storage">
      <Stack gap="md">
        <NameFields form={form} label="Plan name" planName={planName} />
        <DestinationFields form={form} hint={OTHER_DISK_HINT} />
        <SnapshotFields form={form} noDump={noDump} />
        <EncryptionDisclosure form={form} encrypted={encrypted} />
        <Disclosure title="Advanced">
          <ProgramFields form={form} planName={planName} />
        </Disclosure>
      </Stack>
    </Section>
  );
}

interface NameFieldsProps {
  form: PlanFormApi;
  label: string;
  /** The name that is shown: what was typed, or what the source suggests. */
  planName: string;
}

/** The name and the group of a plan. */
export function NameFields({ form, label, planName }: NameFieldsProps) {
  return (
    <>
      <div className="name-and-group">
        <TextInput label={label} {...form.getInputProps('name')} value={planName} maxLength={200} />
        <GroupField form={form} />
      </div>
      <SameInstantField form={form} />
    </>
  );
}

/** A folder for the snapshots of new plans, and existing destinations. */
export function DestinationFields({ form, hint }: { form: PlanFormApi; hint: string }) {
  const { folder, others } = form.values;
  const withoutFolder = folder.trim() === '';
  return (
    <>
      <PathField
        kind="folder"
        label="Backup folder"
        description={hint}
        placeholder="/mnt/nas/backups"
        {...form.getInputProps('folder')}
        value={folder}
      />
      <PlanDestinationsField
        label={withoutFolder ? 'Existing destinations' : 'Additional destinations'}
        {...form.getInputProps('others')}
        value={others}
        madeHere={withoutFolder}
      />
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
