import { Alert, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { RecoveryScan } from '../../../src-shared/model/recovery/recovery.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { PlanRow } from './plan-row.tsx';
import { chosenPlans, draftsOf, type PlanDraft } from './recovery-draft.ts';
import './recover-plans.css';

interface RecoverDialogProps {
  destinationId: string;
  name: string;
  onClose(): void;
}

/** Recovers plans from the manifests at a destination. */
export function RecoverDialog({ destinationId, name, onClose }: RecoverDialogProps) {
  const [scan, setScan] = useState<RecoveryScan | null>(null);
  const [drafts, setDrafts] = useState<PlanDraft[]>([]);
  const [, navigate] = useLocation();
  const action = useAction('here');
  const { run } = action;
  useEffect(
    () =>
      run(async () => {
        const found = await client.call('recoveries.scan', { destinationId });
        setScan(found);
        setDrafts(draftsOf(found));
      }),
    [destinationId, run],
  );
  const plans = chosenPlans(drafts);
  const recover = (): void =>
    run(async () => {
      await client.call('recoveries.apply', { destinationId, plans });
      onClose();
      navigate('/');
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Recover plans from ${name}`}
      size={820}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {scan === null && action.pending && (
          <Group gap="sm">
            <Loader size="sm" aria-label="Scanning" />
            <Text size="sm">Reading manifests…</Text>
          </Group>
        )}
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
                <PlanRow key={draft.key} draft={draft} onChange={(changed) => setDrafts(drafts.with(at, changed))} />
              ))}
            </ul>
          </>
        )}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={recover} disabled={plans.length === 0} loading={scan !== null && action.pending}>
            {plans.length === 0 ? 'Recover plans' : `Recover ${countInWords(plans.length, 'plan')}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
