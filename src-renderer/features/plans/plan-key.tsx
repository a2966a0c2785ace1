import { Text } from '@mantine/core';
import { useState } from 'react';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { keyInWords, settingsInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { client } from '../../api/client.ts';
import { KeyForm } from '../../components/forms/key-form.tsx';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';

/** The encryption of a plan's database, and a field for its new key. */
export function PlanKeySection({ plan }: { plan: Plan }) {
  const action = useAction('here');
  const [given, setGiven] = useState(0);
  const replace = (input: KeyInput): void => {
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, key: input });
      setGiven((number) => number + 1);
      showDone('value' in input ? 'Key saved.' : 'Key read. It opens the database.');
    });
  };
  const { key } = plan;
  return (
    <Section title="Database encryption">
      <Text size="sm" mb="sm">
        {key === null
          ? 'This plan has no key.'
          : `${settingsInWords(key.settings)}, ${keyInWords(key.fingerprint)} (${origin(key.from)}). Existing snapshots stay encrypted with their own key.`}
      </Text>
      <KeyForm
        key={given}
        label={key === null ? 'Database key' : 'New database key'}
        description={
          key === null
            ? 'Enter the key if the database has been encrypted since the plan was created.'
            : 'Change the key in the database first. Earlier keys stay saved for the snapshots that need them.'
        }
        action={key === null ? 'Save key' : 'Replace key'}
        pending={action.pending}
        onKey={replace}
      />
      {action.error !== null && <ErrorNotice error={action.error} />}
    </Section>
  );
}

function origin(from: NonNullable<Plan['key']>['from']): string {
  if ('kept' in from) return 'saved';
  return 'environment' in from ? `read from ${from.environment}` : 'read from a command';
}
