import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { MAX_TIME_LIMIT_MINUTES, type PlanSummary } from '../../../src-shared/model/plan.ts';
import { DEFAULT_TIME_LIMIT_MINUTES } from '../../../src-shared/schedule/time-limit.ts';
import { ATTACHED_FILES_HINT } from '../../components/forms/hints.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Section } from '../../components/layout/section.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useAnswer } from '../../stores/core.ts';
import { AttachedFilesField } from '../attached-files/attached-files-field.tsx';
import { EncryptionFields } from '../plan-form/encryption-fields.tsx';
import { HistoryFields } from '../plan-form/history-fields.tsx';
import { PlanDestinationsField } from '../plan-form/plan-destinations-field.tsx';
import { NameFields, RetentionSection, ScheduleSection } from '../plan-form/plan-sections.tsx';
import { ProgramFields } from '../plan-form/program-fields.tsx';
import { SnapshotFields } from '../plan-form/snapshot-fields.tsx';
import { SourceFacts } from '../plan-form/source-facts.tsx';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { RestoreTestSection } from '../schedule/restore-test-section.tsx';
import { ScheduleState } from '../schedule/schedule-state.tsx';
import { PlanKeySection } from './plan-key.tsx';
import { ChangeSource } from './source-line.tsx';

interface PlanSettingsSectionsProps {
  summary: PlanSummary;
  form: PlanFormApi;
  onReplaceKey(): void;
}

/** All settings of a plan, in the order of `settingsSections`. */
export function PlanSettingsSections({ summary, form, onReplaceKey }: PlanSettingsSectionsProps) {
  const { plan } = summary;
  return (
    <>
      <SourceSection summary={summary} form={form} />
      <Section title="General">
        <Stack gap="md">
          <NameFields form={form} label="Name" planName={form.values.name ?? ''} />
        </Stack>
      </Section>
      <Section title="Destinations">
        <PlanDestinationsField
          label="Destinations of snapshots"
          {...form.getInputProps('others')}
          value={form.values.others}
          madeHere
          retention={form.values.retention}
        />
      </Section>
      <ScheduleSection form={form}>
        <ScheduleState status={{ ...summary.schedule, nextTime: null }} />
      </ScheduleSection>
      <RetentionSection form={form} estimate={{ planId: plan.id }} />
      {plan.sourceKind === 'database' && (
        <Section title="History">
          <Stack gap="md">
            <HistoryFields form={form} reach={summary.history} journalMode={null} />
          </Stack>
        </Section>
      )}
      <Section title="Snapshots">
        <Stack gap="md">
          <SnapshotFields form={form} noDump={plan.key !== null && form.values.encryption.kind === 'none'} />
          <NumberInput
            label="Time limit"
            description="Longer runs are cancelled. Copies to destinations have no time limit."
            placeholder={`${DEFAULT_TIME_LIMIT_MINUTES} min`}
            suffix=" min"
            min={1}
            max={MAX_TIME_LIMIT_MINUTES}
            allowDecimal={false}
            {...form.getInputProps('timeLimit')}
            maw={280}
          />
        </Stack>
      </Section>
      <Section title="Snapshot encryption">
        <EncryptionFields form={form} encrypted={plan.key !== null} />
      </Section>
      {plan.sourceKind === 'database' && <PlanKeySection plan={plan} onReplace={onReplaceKey} />}
      <RestoreTestSection summary={summary} form={form} />
      <Section title="Advanced">
        <ProgramFields form={form} planName={form.values.name ?? ''} />
      </Section>
    </>
  );
}

function SourceSection({ summary: { plan, sourceProblem }, form }: { summary: PlanSummary; form: PlanFormApi }) {
  const files = plan.sourceKind === 'files';
  return (
    <Section title="Source">
      <Stack gap="md">
        {!files && (
          <>
            <Group gap="xs" wrap="nowrap" className="source-line">
              <PathText path={plan.sourcePath} />
              <ChangeSource plan={plan} />
            </Group>
            {sourceProblem !== null && (
              <Text size="sm" className="tone-warn source-problem">
                {sourceProblem}
              </Text>
            )}
            <Disclosure title="Database details">
              <DatabaseDetails path={plan.sourcePath} />
            </Disclosure>
          </>
        )}
        <section aria-label={files ? 'Files and folders' : 'Attached files'}>
          <Text size="sm" fw={600} mb={6}>
            {files ? 'Files and folders' : 'Attached files'}
          </Text>
          <AttachedFilesField
            form={form}
            empty={files ? 'Add at least one file, folder or disk to back up.' : ATTACHED_FILES_HINT}
          />
        </section>
      </Stack>
    </Section>
  );
}

function DatabaseDetails({ path }: { path: string }) {
  const answer = useAnswer('sources.describe', { path });
  return (
    <Stack gap="md">
      <Pending answer={answer} label="Checking database" />
      {answer.value !== null && <SourceFacts source={answer.value} />}
      <Group>
        <Button variant="default" size="compact-sm" onClick={answer.reload} loading={answer.pending}>
          Refresh
        </Button>
      </Group>
    </Stack>
  );
}
