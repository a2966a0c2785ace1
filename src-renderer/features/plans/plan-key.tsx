import { Button, Stack, Text } from '@mantine/core';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { keyInWords, settingsInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { client } from '../../api/client.ts';
import { KeyForm } from '../../components/forms/key-form.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';

/** The encryption of a plan's database. */
export function PlanKeySection({ plan: { key }, onReplace }: { plan: Plan; onReplace(): void }) {
  return (
    <Section
      title="Database encryption"
      actions={
        <Button variant="default" onClick={onReplace}>
          {key === null ? 'Enter key…' : 'Replace key…'}
        </Button>
      }
    >
      <Text size="sm">
        {key === null
          ? 'This plan has no key.'
          : `${settingsInWords(key.settings)}, ${keyInWords(key.fingerprint)} (${origin(key.from)}). Existing snapshots stay encrypted with their own key.`}
      </Text>
    </Section>
  );
}

/** Asks for the current key of a plan's database, and tries it before it is saved. */
export function ReplaceKeyDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const action = useAction('here');
  const replace = (input: KeyInput): void =>
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, key: input });
      showDone('value' in input ? 'Key saved.' : 'Key read. It opens the database.');
      onClose();
    });
  return (
    <Dialog opened onClose={onClose} size="lg" title={`Database key of ${plan.name}`}>
      <Stack gap="md">
        <KeyForm
          label={plan.key === null ? 'Database key' : 'New database key'}
          description={
            plan.key === null
              ? 'Enter the key if the database has been encrypted since the plan was created.'
              : 'Change the key in the database first. Earlier keys stay saved for the snapshots that need them.'
          }
          action={plan.key === null ? 'Save key' : 'Replace key'}
          pending={action.pending}
          onKey={replace}
        />
        {action.error !== null && <ErrorNotice error={action.error} />}
      </Stack>
    </Dialog>
  );
}

function origin(from: NonNullable<Plan['key']>['from']): string {
  if ('kept' in from) return 'saved';
  return 'environment' in from ? `read from ${from.environment}` : 'read from a command';
}
