import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { Result } from '../../../src-shared/contract/methods.ts';
import type { FoundDatabase } from '../../../src-shared/model/found-database.ts';
import type { PlanDestination } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { startBackups } from '../../api/start-backups.ts';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useDefaultDestination } from '../new-plan/use-places.ts';
import { PlanDestinationsField } from '../plan-form/plan-destinations-field.tsx';

type Failed = Result<'databases.createPlans'>['failed'];

/** Adds plans for the selected databases and starts their first backups. */
export function BackUpFound({ selected, onDone }: { selected: readonly FoundDatabase[]; onDone(): void }) {
  const usual = useDefaultDestination(selected.map(({ path }) => path));
  const [changed, setChanged] = useState<PlanDestination[] | null>(null);
  const [failed, setFailed] = useState<Failed>([]);
  const { pending, error, run } = useAction('here');
  const destinations = changed ?? (usual === null ? [] : [{ destinationId: usual.destination.id, retention: null }]);
  const backUp = async (): Promise<void> => {
    const paths = selected.map(({ path }) => path);
    const { plans, failed: refused } = await client.call('databases.createPlans', { paths, destinations });
    setFailed(refused);
    if (plans.length === 0) return;
    await startBackups(plans.map(({ id }) => id));
    showDone(`${countInWords(plans.length, 'plan')} added.`);
    onDone();
  };
  return (
    <Section title="Back up">
      <PlanDestinationsField label="Destinations" value={destinations} onChange={setChanged} madeHere />
      <Text size="sm" c="dimmed" my="sm">
        Each selected database is backed up now and every day at 02:00. Schedule and retention can be changed in its
        plan.
      </Text>
      {error !== null && <ErrorNotice error={error} />}
      {failed.length > 0 && (
        <Note tone="warn">
          {failed.map(({ path, message, hint }) => (
            <div key={path}>{hint === undefined ? message : `${message} ${hint}`}</div>
          ))}
        </Note>
      )}
      <Button
        mt="sm"
        disabled={selected.length === 0 || destinations.length === 0}
        loading={pending}
        onClick={() => run(backUp)}
      >
        {selected.length === 0 ? 'Back up' : `Back up ${countInWords(selected.length, 'database')}`}
      </Button>
    </Section>
  );
}
