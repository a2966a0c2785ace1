import { Alert, Button, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { PlanRow } from './plan-row.tsx';
import { chosenPlans, draftsOf, type PlanDraft } from './recovery-draft.ts';
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
  const scan = answer.value;
  const [changed, setChanged] = useState<PlanDraft[] | null>(null);
  const drafts = changed ?? (scan === null ? [] : draftsOf(scan));
  const [, navigate] = useLocation();
  const action = useAction('here');
  const plans = chosenPlans(drafts);
  const recover = (): void =>
    action.run(async () => {
      await client.call('recoveries.apply', { destinationId, plans });
      onClose();
      navigate('/');
    });
  return (
    <Modal opened onClose={onClose} title={`Recover plans from ${name}`} size={820}>
      <Stack gap="md">
        <Pending answer={answer} label="Scanning" says="Reading manifests…" />
        {scan !== null && scan.plans.length === 0 && (
          <Text size="sm">No plans to recover. This destination has no snapshots of another Snapkeep service.</Text>
        )}
        {drafts.length > 0 && (
          <>
            <Alert icon={<IconAlertTriangle size={18} aria-hidden />} className="tone-warn">
              Use this on a new machine or after the catalog was lost. Do not recover a plan that another machine still
              backs up: use “Rescan” to list its snapshots.
            </Alert>
            <ul className="recover-plans" aria-label="Plans">
              {drafts.map((draft, at) => (
                <PlanRow key={draft.key} draft={draft} onChange={(draft) => setChanged(drafts.with(at, draft))} />
              ))}
            </ul>
          </>
        )}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <DialogButtons onClose={onClose}>
          <Button onClick={recover} disabled={plans.length === 0} loading={action.pending}>
            {plans.length === 0 ? 'Recover plans' : `Recover ${countInWords(plans.length, 'plan')}`}
          </Button>
        </DialogButtons>
      </Stack>
    </Modal>
  );
}
