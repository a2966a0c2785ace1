import { Button, Group, NumberInput, Stack } from '@mantine/core';
import { MAX_TIME_LIMIT_MINUTES, type Plan } from '../../../src-shared/model/plan.ts';
import { DEFAULT_TIME_LIMIT_MINUTES } from '../../../src-shared/schedule/time-limit.ts';
import { ATTACHED_FILES_HINT } from '../../components/forms/hints.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Section } from '../../components/layout/section.tsx';
import { useDialog } from '../../hooks/address.ts';
import { AttachedFilesField } from '../attached-files/attached-files-field.tsx';
import { EncryptionFields } from '../plan-form/encryption-fields.tsx';
import { PlanDestinationsField } from '../plan-form/plan-destinations-field.tsx';
import { NameFields } from '../plan-form/plan-sections.tsx';
import { ProgramFields } from '../plan-form/program-fields.tsx';
import { SnapshotFields } from '../plan-form/snapshot-fields.tsx';
import { KitReminder } from '../recovery-kit/kit-reminder.tsx';
import { SaveTemplateDialog } from '../templates/save-template-dialog.tsx';
import { PlanKeySection } from './plan-key.tsx';
import { PlanPart } from './plan-part.tsx';
import { RemovePlanDialog } from './remove-plan-dialog.tsx';

/** The settings of a plan, and the ways to share and delete it. */
export function PlanSettingsTab({ plan }: { plan: Plan }) {
  const { dialog, open, close } = useDialog(['share', 'delete']);
  return (
    <div className="scroll-card">
      <Stack gap="md" maw={860}>
        <KitReminder />
        <PlanSections plan={plan} />
        {plan.sourceKind === 'database' && <PlanKeySection plan={plan} />}
        <section className="card" aria-label="Advanced">
          <Disclosure title="Advanced">
            <PlanPart plan={plan} fields={['namePattern', 'schemaVersion', 'lockFiles']} label="Save advanced settings">
              {(form) => <ProgramFields form={form} planName={plan.name} />}
            </PlanPart>
          </Disclosure>
        </section>
        <Group gap="sm">
          <Button variant="default" onClick={() => open('share')}>
            Save as template…
          </Button>
          <Button variant="default" onClick={() => open('delete')}>
            Delete plan…
          </Button>
        </Group>
      </Stack>
      {dialog === 'share' && <SaveTemplateDialog plan={plan} onClose={close} />}
      {dialog === 'delete' && <RemovePlanDialog plan={plan} onClose={close} />}
    </div>
  );
}

function PlanSections({ plan }: { plan: Plan }) {
  const files = plan.sourceKind === 'files';
  return (
    <>
      <Section title="Plan">
        <PlanPart
          plan={plan}
          fields={['name', 'group', 'sameInstant', 'compression', 'method', 'verifyAfterBackup', 'timeLimitMinutes']}
        >
          {(form) => (
            <>
              <NameFields form={form} label="Name" planName={form.values.name ?? ''} />
              <SnapshotFields form={form} noDump={plan.key !== null && plan.encryption === null} />
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
            </>
          )}
        </PlanPart>
      </Section>
      <Section title={files ? 'Files and folders' : 'Attached files'}>
        <PlanPart plan={plan} fields={['attachedFiles']} label="Save attached files">
          {(form) => (
            <AttachedFilesField
              form={form}
              empty={files ? 'Add at least one file, folder or disk to back up.' : ATTACHED_FILES_HINT}
            />
          )}
        </PlanPart>
      </Section>
      <Section title="Destinations">
        <PlanPart plan={plan} fields={['destinations']} label="Save destinations">
          {(form) => (
            <PlanDestinationsField
              label="Destinations of snapshots"
              {...form.getInputProps('others')}
              value={form.values.others}
              madeHere
              retention={plan.retention}
            />
          )}
        </PlanPart>
      </Section>
      <Section title="Snapshot encryption">
        <PlanPart plan={plan} fields={['encryption', 'encryptionSecrets']} label="Save encryption">
          {(form) => <EncryptionFields form={form} encrypted={plan.key !== null} />}
        </PlanPart>
      </Section>
    </>
  );
}
