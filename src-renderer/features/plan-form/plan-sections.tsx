import { Stack, TextInput } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { OTHER_DISK_HINT } from '../../components/hints.ts';
import { PathField } from '../../components/path-field.tsx';
import { Section } from '../../components/section.tsx';
import { RetentionProjection } from '../retention/projection.tsx';
import { RetentionFields } from '../retention/retention-fields.tsx';
import { OldScheduleReader } from '../schedule/old-schedule.tsx';
import { ScheduleEditor } from '../schedule/schedule-editor.tsx';
import { EncryptionFields } from './encryption-fields.tsx';
import { GroupField, SameInstantField } from './group-field.tsx';
import { PlanDestinationsField } from './plan-destinations-field.tsx';
import type { PlanForm } from './plan-form.ts';
import { ProgramFields } from './program-fields.tsx';
import { SnapshotFields } from './snapshot-fields.tsx';

interface PlanSectionProps {
  form: PlanForm;
  change(change: Partial<PlanForm>): void;
}

interface HowSectionProps extends PlanSectionProps {
  planName: string;
  encrypted: boolean;
  noDump: boolean;
}

/** Name, destinations and format of a new plan. */
export function HowSection({ form, change, planName, encrypted, noDump }: HowSectionProps) {
  const { sourceKind, folder, others, encryption, method, compression, timeZone } = form;
  return (
    <Section title="Storage">
      <Stack gap="md">
        <div className="name-and-group">
          <TextInput
            label="Plan name"
            value={planName}
            onChange={(event) => change({ name: event.currentTarget.value })}
            maxLength={80}
          />
          <GroupField value={form.group} onChange={(group) => change({ group })} />
        </div>
        {sourceKind === 'database' && (
          <SameInstantField
            group={form.group}
            value={form.sameInstant}
            onChange={(sameInstant) => change({ sameInstant })}
          />
        )}
        <PathField
          kind="folder"
          label="Backup folder"
          description={OTHER_DISK_HINT}
          placeholder="/mnt/nas/backups"
          value={folder}
          onChange={(path) => change({ folder: path })}
        />
        <PlanDestinationsField
          label={folder.trim() === '' ? 'Existing destinations' : 'Additional destinations'}
          value={others}
          onChange={(chosen) => change({ others: chosen })}
          madeHere={folder.trim() === ''}
        />
        <SnapshotFields
          sourceKind={sourceKind}
          method={method}
          onMethod={(chosen) => change({ method: chosen })}
          noDump={noDump}
          compression={compression}
          onCompression={(chosen) => change({ compression: chosen })}
          verify={form.verify}
          onVerify={(verify) => change({ verify })}
        />
        <Disclosure title={`Snapshot encryption: ${ENCRYPTION_WORDS[encryption.kind]}`}>
          <EncryptionFields
            value={encryption}
            onChange={(chosen) => change({ encryption: chosen })}
            kept={false}
            encrypted={encrypted}
          />
        </Disclosure>
        <Disclosure title="Advanced">
          <ProgramFields
            value={form.program}
            onChange={(program) => change({ program })}
            named={{ sourceKind, planName, compression, method, encrypted: encryption.kind !== 'none', timeZone }}
          />
        </Disclosure>
      </Stack>
    </Section>
  );
}

/** How snapshots are encrypted, as the end of a label. */
export const ENCRYPTION_WORDS = {
  none: 'none',
  passphrase: 'passphrase',
  recipients: 'age recipients',
} as const;

/** The schedule of a new plan. */
export function WhenSection({ form: { schedule, timeZone }, change }: PlanSectionProps) {
  return (
    <Section title="Schedule">
      <Stack gap="md">
        <ScheduleEditor
          label="Frequency"
          schedule={schedule}
          timeZone={timeZone}
          onChange={(chosen) => change({ schedule: chosen })}
          onTimeZone={(chosen) => change({ timeZone: chosen })}
        />
        <OldScheduleReader
          onSchedule={(old) =>
            change({
              schedule: old.schedule,
              timeZone: old.timeZone,
              ...(old.facts.retention === null ? {} : { retention: old.facts.retention }),
            })
          }
        />
      </Stack>
    </Section>
  );
}

/** The retention of a new plan. */
export function KeptSection({ form, change, snapshotBytes }: PlanSectionProps & { snapshotBytes: number }) {
  const { schedule, timeZone, retention } = form;
  return (
    <Section title="Retention">
      <Stack gap="md">
        <RetentionFields value={retention} onChange={(chosen) => change({ retention: chosen })} />
        <RetentionProjection
          schedule={schedule}
          timeZone={timeZone}
          retention={retention}
          snapshotBytes={snapshotBytes}
        />
      </Stack>
    </Section>
  );
}
