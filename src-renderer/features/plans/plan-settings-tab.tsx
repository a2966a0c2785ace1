import { Button, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { MAX_TIME_LIMIT_MINUTES, type Plan } from '../../../src-shared/model/plan.ts';
import { DEFAULT_TIME_LIMIT_MINUTES } from '../../../src-shared/schedule/time-limit.ts';
import { client } from '../../api/client.ts';
import { showSaved } from '../../components/notices.ts';
import { SaveButton } from '../../components/save-button.tsx';
import { Section } from '../../components/section.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { AttachedFilesSection } from '../attached-files/attached-files-section.tsx';
import {
  encryptionDraftOf,
  encryptionOf,
  encryptionProblems,
  encryptionSecretsOf,
} from '../plan-form/encryption-draft.ts';
import { EncryptionFields } from '../plan-form/encryption-fields.tsx';
import { GroupField, SameInstantField } from '../plan-form/group-field.tsx';
import { PlanDestinationsField } from '../plan-form/plan-destinations-field.tsx';
import { SnapshotFields } from '../plan-form/snapshot-fields.tsx';
import { KitReminder } from '../recovery-kit/kit-reminder.tsx';
import { SaveTemplateDialog } from '../templates/save-template-dialog.tsx';
import { PlanKeySection } from './plan-key.tsx';
import { ProgramSection } from './program-section.tsx';
import { RemovePlanDialog } from './remove-plan-dialog.tsx';

/** The settings of a plan, and the ways to share and delete it. */
export function PlanSettingsTab({ plan }: { plan: Plan }) {
  const [removing, setRemoving] = useState(false);
  const [sharing, setSharing] = useState(false);
  return (
    <div className="scroll-card">
      <Stack gap="md" maw={860}>
        <KitReminder />
        <PlanSection plan={plan} />
        <AttachedFilesSection plan={plan} />
        <DestinationsSection plan={plan} />
        <EncryptionSection plan={plan} />
        {plan.sourceKind === 'database' && <PlanKeySection plan={plan} />}
        <ProgramSection plan={plan} />
        <Group gap="sm">
          <Button variant="default" onClick={() => setSharing(true)}>
            Save as template…
          </Button>
          <Button variant="default" onClick={() => setRemoving(true)}>
            Delete plan…
          </Button>
        </Group>
      </Stack>
      {sharing && <SaveTemplateDialog plan={plan} onClose={() => setSharing(false)} />}
      {removing && <RemovePlanDialog plan={plan} onClose={() => setRemoving(false)} />}
    </div>
  );
}

function PlanSection({ plan }: { plan: Plan }) {
  const [name, setName] = useState(plan.name);
  const [group, setGroup] = useState(plan.group ?? '');
  const [sameInstant, setSameInstant] = useState(plan.sameInstant);
  const [compression, setCompression] = useState(plan.compression);
  const [method, setMethod] = useState(plan.method);
  const [verifyAfterBackup, setVerify] = useState(plan.verifyAfterBackup);
  const [timeLimit, setTimeLimit] = useState<number | string>(plan.timeLimitMinutes ?? '');
  const action = useAction('here');
  const save = (): void =>
    action.run(async () => {
      await client.call('plans.update', {
        planId: plan.id,
        name,
        group: group.trim() === '' ? null : group.trim(),
        sameInstant: sameInstant && group.trim() !== '',
        compression,
        method,
        verifyAfterBackup,
        timeLimitMinutes: timeLimit === '' ? null : Number(timeLimit),
      });
      showSaved();
    });
  return (
    <Section title="Plan">
      <Stack gap="md">
        <div className="name-and-group">
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={80}
          />
          <GroupField value={group} onChange={setGroup} />
        </div>
        {plan.sourceKind === 'database' && (
          <SameInstantField group={group} value={sameInstant} onChange={setSameInstant} />
        )}
        <SnapshotFields
          sourceKind={plan.sourceKind}
          method={method}
          onMethod={setMethod}
          noDump={plan.key !== null && plan.encryption === null}
          compression={compression}
          onCompression={setCompression}
          verify={verifyAfterBackup}
          onVerify={setVerify}
        />
        <NumberInput
          label="Time limit"
          description="Longer runs are cancelled. Copies to destinations have no time limit."
          placeholder={`${DEFAULT_TIME_LIMIT_MINUTES} min`}
          suffix=" min"
          min={1}
          max={MAX_TIME_LIMIT_MINUTES}
          allowDecimal={false}
          value={timeLimit}
          onChange={setTimeLimit}
          maw={280}
        />
        <SaveButton action={action} onSave={save} disabled={name.trim() === ''} />
      </Stack>
    </Section>
  );
}

function DestinationsSection({ plan }: { plan: Plan }) {
  const [destinations, setDestinations] = useState(plan.destinations);
  const action = useAction('here');
  const changed = JSON.stringify(destinations) !== JSON.stringify(plan.destinations);
  const save = (): void =>
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, destinations });
      showSaved();
    });
  return (
    <Section title="Destinations">
      <Stack gap="md">
        <PlanDestinationsField
          label="Destinations of snapshots"
          value={destinations}
          onChange={setDestinations}
          madeHere
          retention={plan.retention}
        />
        <SaveButton
          action={action}
          onSave={save}
          disabled={!changed || destinations.length === 0}
          label="Save destinations"
        />
      </Stack>
    </Section>
  );
}

function EncryptionSection({ plan }: { plan: Plan }) {
  const [draft, setDraft] = useState(() => encryptionDraftOf(plan.encryption));
  const action = useAction('here');
  const kept = plan.encryption?.kind === 'passphrase';
  const encryption = encryptionOf(draft);
  const secrets = encryptionSecretsOf(draft);
  const changed = secrets !== undefined || JSON.stringify(encryption) !== JSON.stringify(plan.encryption);
  const save = (): void =>
    action.run(async () => {
      await client.call('plans.update', {
        planId: plan.id,
        encryption,
        ...(secrets === undefined ? {} : { encryptionSecrets: secrets }),
      });
      setDraft(encryptionDraftOf(encryption));
      showSaved();
    });
  return (
    <Section title="Snapshot encryption">
      <Stack gap="md">
        <EncryptionFields value={draft} onChange={setDraft} kept={kept} encrypted={plan.key !== null} />
        <SaveButton
          action={action}
          onSave={save}
          disabled={!changed || encryptionProblems(draft, kept).blocked}
          label="Save encryption"
        />
      </Stack>
    </Section>
  );
}
