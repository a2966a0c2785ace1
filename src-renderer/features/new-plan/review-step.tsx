import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { navigate, useParameter } from '../../hooks/address.ts';
import type { Action } from '../../hooks/use-action.ts';
import { EncryptionFields } from '../plan-form/encryption-fields.tsx';
import { HistoryFields } from '../plan-form/history-fields.tsx';
import { NameFields, RetentionSection, ScheduleSection } from '../plan-form/plan-sections.tsx';
import { ProgramFields } from '../plan-form/program-fields.tsx';
import { SnapshotFields } from '../plan-form/snapshot-fields.tsx';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { PlaceWarnings } from './destination-choice.tsx';
import { planInWords } from './plan-in-words.ts';
import { stepAddress } from './steps.tsx';
import type { NewPlan } from './use-new-plan.ts';

interface ReviewStepProps {
  form: PlanFormApi;
  plan: NewPlan;
  action: Action;
  /** @param backUp a first backup is started, too */
  onCreate(backUp: boolean): void;
}

/** One sentence that says what the plan will do, and all other settings on request. */
export function ReviewStep({ form, plan, action, onCreate }: ReviewStepProps) {
  const { name, places, checked, ready } = plan;
  const [customize, setCustomize] = useParameter('customize');
  const sentence = planInWords(form.values, places.destinations);
  return (
    <>
      <Section title={name === '' ? 'Plan' : name}>
        <Stack gap="md">
          <p className="plan-sentence">
            {sentence.map((part, index) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have an order and nothing else
              typeof part === 'string' ? part : <bdi key={index}>{part.name}</bdi>,
            )}
          </p>
          <PlaceWarnings folder={form.values.folder.trim()} places={places} />
          {checked.checking && (
            <Text size="sm" c="dimmed" role="status">
              Checking database…
            </Text>
          )}
          <Group gap="sm">
            <Link to={stepAddress('source')} className="text-link">
              Change source
            </Link>
            <Link to={stepAddress('destinations')} className="text-link">
              Change destinations
            </Link>
          </Group>
        </Stack>
      </Section>
      {customize !== '' && <CustomSettings form={form} plan={plan} />}
      <div className="new-plan-actions">
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="space-between">
          {customize === '' ? (
            <Button size="md" variant="subtle" onClick={() => setCustomize('all', { replace: false })}>
              Customize
            </Button>
          ) : (
            <Button size="md" variant="default" onClick={() => navigate(stepAddress('destinations'))}>
              Back
            </Button>
          )}
          <Group gap="sm">
            <Button size="md" variant="default" disabled={!ready || action.pending} onClick={() => onCreate(false)}>
              Create
            </Button>
            <Button size="md" disabled={!ready} loading={action.pending} onClick={() => onCreate(true)}>
              Create and back up now
            </Button>
          </Group>
        </Group>
      </div>
    </>
  );
}

/** All settings of a plan that have good defaults. */
function CustomSettings({ form, plan: { name, noDump, encrypted, checked } }: { form: PlanFormApi; plan: NewPlan }) {
  return (
    <>
      <Section title="General">
        <Stack gap="md">
          <NameFields form={form} label="Plan name" planName={name} />
        </Stack>
      </Section>
      <ScheduleSection form={form} />
      <RetentionSection form={form} estimate={{ snapshotBytes: Math.round((checked.source?.sizeBytes ?? 0) / 2) }} />
      {form.values.sourceKind === 'database' && (
        <Section title="History">
          <Stack gap="md">
            <HistoryFields form={form} reach={null} journalMode={checked.source?.journalMode ?? null} />
          </Stack>
        </Section>
      )}
      <Section title="Snapshots">
        <Stack gap="md">
          <SnapshotFields form={form} noDump={noDump} />
        </Stack>
      </Section>
      <Section title="Snapshot encryption">
        <EncryptionFields form={form} encrypted={encrypted} />
      </Section>
      <Section title="Advanced">
        <Disclosure title="File names, schema version and lock files">
          <ProgramFields form={form} planName={name} />
        </Disclosure>
      </Section>
    </>
  );
}
