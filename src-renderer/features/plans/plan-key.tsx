import { Text } from '@mantine/core';
import { useState } from 'react';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { keyInWords, settingsInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { KeyForm } from '../../components/key-form.tsx';
import { showDone } from '../../components/notices.ts';
import { Section } from '../../components/section.tsx';
import { useAction } from '../../hooks/use-action.ts';

/** How the database of a plan is encrypted, and a new key for it. */
export function PlanKeySection({ plan }: { plan: Plan }) {
  const action = useAction('here');
  const [given, setGiven] = useState(0);
  const replace = (input: KeyInput): void => {
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, key: input });
      setGiven((number) => number + 1);
      showDone('value' in input ? 'The key is kept.' : 'The key was read and opens the database.');
    });
  };
  const { key } = plan;
  return (
    <Section title="Encryption of the database">
      <Text size="sm" mb="sm">
        {key === null
          ? 'No key is kept for this plan.'
          : `${settingsInWords(key.settings)} with the ${keyInWords(key.fingerprint)}, ${origin(key.from)}. Snapshots stay encrypted with the key they were made with.`}
      </Text>
      <KeyForm
        key={given}
        label={key === null ? 'Key of the database' : 'New key of the database'}
        description={
          key === null
            ? 'For a database that has been encrypted since.'
            : 'After you have changed it in the database. The keys before it are kept for the snapshots made with them.'
        }
        action={key === null ? 'Keep this key' : 'Replace the key'}
        pending={action.pending}
        onKey={replace}
      />
      {action.error !== null && <ErrorNotice error={action.error} />}
    </Section>
  );
}

function origin(from: NonNullable<Plan['key']>['from']): string {
  if ('kept' in from) return 'which is kept';
  return 'environment' in from ? `read from ${from.environment}` : 'read from a command';
}
