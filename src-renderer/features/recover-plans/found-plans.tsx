import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { RecoverablePlan, RecoveryScan } from '../../../src-shared/model/recovery/recovery.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { navigate } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useAnswer } from '../../stores/core.ts';
import { PlanRow } from './plan-row.tsx';
import { chosenPlans, useRecoveryForm } from './recovery-draft.ts';

/** Where backups are: at a destination, or in a folder that becomes one. */
export type RecoveryLocation = { destinationId: string } | { path: string };

/** The plans that the manifests at a location tell of, and what recovers them. */
export function FoundPlans({ location }: { location: RecoveryLocation }) {
  const answer = useAnswer('recoveries.scan', location);
  const scan = answer.value;
  return (
    <Stack gap="md">
      <Pending answer={answer} label="Scanning" text="Reading manifests…" />
      {scan !== null && scan.problems.length > 0 && (
        <Note tone="warn">{countInWords(scan.problems.length, 'manifest')} could not be read.</Note>
      )}
      {scan?.plans.length === 0 && (
        <Group justify="space-between">
          <Text size="sm">{nothingFound(scan)}</Text>
          <Button variant="default" size="xs" onClick={answer.reload}>
            Scan again
          </Button>
        </Group>
      )}
      {scan !== null && scan.plans.length > 0 && <RecoveryForm location={location} found={scan.plans} />}
    </Stack>
  );
}

function nothingFound({ snapshots }: RecoveryScan): string {
  return snapshots.length === 0
    ? 'No backups of Snapkeep found. Check the path, or choose the folder that contains the backup files.'
    : 'No plans to recover: all snapshots here belong to plans of this machine, or to no plan.';
}

function RecoveryForm({ location, found: scanned }: { location: RecoveryLocation; found: readonly RecoverablePlan[] }) {
  // The choices belong to the plans that were found at first.
  const [found] = useState(scanned);
  const form = useRecoveryForm(found);
  const plans = chosenPlans(found, form.values.plans);
  const lacking = form.values.plans.filter(({ chosen }) => chosen).length - plans.length;
  const action = useAction('here');
  const recover = (): void =>
    action.run(async () => {
      await client.call('recoveries.apply', { ...location, plans });
      showDone(`${countInWords(plans.length, 'plan')} recovered. Enter keys and passphrases again where needed.`);
      navigate('/databases');
    });
  return (
    <>
      <Note tone="warn">
        Use this on a new machine or after the catalog was lost. Do not recover a plan that another machine still backs
        up: use “Rescan” of the destination to list its snapshots.
      </Note>
      <ul className="recover-plans" aria-label="Plans">
        {found.map((each, index) => (
          <PlanRow key={`${each.serviceId} ${each.planId}`} form={form} index={index} found={each} />
        ))}
      </ul>
      {lacking > 0 && (
        <Text size="sm" role="status">
          {countInWords(lacking, 'plan lacks', 'plans lack')} a name or a path.
        </Text>
      )}
      {action.error !== null && <ErrorNotice error={action.error} />}
      <Group justify="flex-end">
        <Button size="md" onClick={recover} disabled={plans.length === 0 || lacking > 0} loading={action.pending}>
          {plans.length === 0 ? 'Recover plans' : `Recover ${countInWords(plans.length, 'plan')}`}
        </Button>
      </Group>
    </>
  );
}
