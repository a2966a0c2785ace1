import { Alert, Button, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RecoverablePlan } from '../../../src-shared/model/recovery/recovery.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { PlanRow } from './plan-row.tsx';
import { chosenPlans, useRecoveryForm } from './recovery-draft.ts';
import './recover-plans.css';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';

interface RecoverDialogProps {
  destinationId: string;
  name: string;
  onClose(): void;
}

/** Recovers plans from the manifests at a destination. */
export function RecoverDialog({ destinationId, name, onClose }: RecoverDialogProps) {
  const answer = useAnswer('recoveries.scan', { destinationId });
  const found = answer.value?.plans;
  return (
    <Modal opened onClose={onClose} title={`Recover plans from ${name}`} size={820}>
      <Stack gap="md">
        <Pending answer={answer} label="Scanning" text="Reading manifests…" />
        {found?.length === 0 && (
          <Text size="sm">No plans to recover. This destination has no snapshots of another Snapkeep service.</Text>
        )}
        {found === undefined || found.length === 0 ? (
          <DialogButtons onClose={onClose} />
        ) : (
          <RecoveryForm destinationId={destinationId} found={found} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}

interface RecoveryFormProps {
  destinationId: string;
  found: readonly RecoverablePlan[];
  onClose(): void;
}

function RecoveryForm({ destinationId, found: scanned, onClose }: RecoveryFormProps) {
  // The choices belong to the plans that were found at first.
  const [found] = useState(scanned);
  const form = useRecoveryForm(found);
  const plans = chosenPlans(found, form.values.plans);
  const [, navigate] = useLocation();
  const action = useAction('here');
  const recover = (): void =>
    action.run(async () => {
      await client.call('recoveries.apply', { destinationId, plans });
      onClose();
      navigate('/databases');
    });
  return (
    <>
      <Alert icon={<IconAlertTriangle size={18} aria-hidden />} className="tone-warn">
        Use this on a new machine or after the catalog was lost. Do not recover a plan that another machine still backs
        up: use “Rescan” to list its snapshots.
      </Alert>
      <ul className="recover-plans" aria-label="Plans">
        {found.map((each, index) => (
          <PlanRow key={`${each.serviceId} ${each.planId}`} form={form} index={index} found={each} />
        ))}
      </ul>
      {action.error !== null && <ErrorNotice error={action.error} />}
      <DialogButtons onClose={onClose}>
        <Button onClick={recover} disabled={plans.length === 0} loading={action.pending}>
          {plans.length === 0 ? 'Recover plans' : `Recover ${countInWords(plans.length, 'plan')}`}
        </Button>
      </DialogButtons>
    </>
  );
}
