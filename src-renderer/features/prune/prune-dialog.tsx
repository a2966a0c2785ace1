import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot, PrunePreview } from '../../../src-shared/model/run.ts';
import { bytesInWords, countInWords } from '../../../src-shared/rules/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { RuleTag } from '../../components/pill.tsx';
import { ScrollTable } from '../../components/scroll-table.tsx';
import { momentInWords, useNow } from '../../components/time.ts';
import { useAction } from '../../components/use-action.ts';
import { retentionInWords } from '../retention/retention-words.ts';

/** Shows what a prune would remove and keep, and why, before anything is done or a changed retention is saved. */
export function PruneDialog({ plan, retention, onClose }: { plan: Plan; retention: Retention; onClose(): void }) {
  const [preview, setPreview] = useState<PrunePreview | null>(null);
  const now = useNow();
  const action = useAction('here');
  const { run } = action;
  const asked = JSON.stringify(retention);
  const changed = asked !== JSON.stringify(plan.retention);
  useEffect(
    () =>
      run(async () =>
        setPreview(await client.call('prune.preview', { planId: plan.id, retention: JSON.parse(asked) as Retention })),
      ),
    [plan.id, asked, run],
  );

  const apply = (prune: boolean): void => {
    run(async () => {
      if (changed) await client.call('plans.update', { planId: plan.id, retention });
      if (prune && preview !== null)
        await client.call('prune.start', { planId: plan.id, retention, confirmation: preview.confirmation });
      onClose();
    });
  };
  const several = plan.destinations.length > 1;
  const removes = preview !== null && preview.removed.length > 0;
  return (
    <Modal opened onClose={onClose} size="xl" title={`Prune ${plan.name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        {preview === null && action.pending && <Loader size="sm" aria-label="Working it out" />}
        {preview !== null && (
          <>
            <Text>
              {retentionInWords(retention)}: <strong>Remove {preview.removed.length}</strong> (
              {bytesInWords(preview.bytesFreed)} freed), <strong>keep {preview.kept.length}</strong>.
            </Text>
            {removes && <PrunedList title="Remove" snapshots={preview.removed} several={several} now={now} />}
            <PrunedList title="Keep" snapshots={preview.kept} several={several} now={now} />
          </>
        )}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          {changed && (
            <Button
              variant={removes ? 'default' : 'filled'}
              disabled={preview === null}
              loading={action.pending}
              onClick={() => apply(false)}
            >
              {removes ? 'Save without removing' : 'Save'}
            </Button>
          )}
          {(removes || !changed) && (
            <Button color="red.8" disabled={!removes} loading={action.pending} onClick={() => apply(true)}>
              {removes
                ? `${changed ? 'Save and remove' : 'Remove'} ${countInWords(preview.removed.length, 'snapshot')}`
                : 'Nothing to remove'}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

interface PrunedListProps {
  title: string;
  snapshots: readonly PrunedSnapshot[];
  /** They are at more than one destination. */
  several: boolean;
  now: number;
}

function PrunedList({ title, snapshots, several, now }: PrunedListProps) {
  if (snapshots.length === 0) return null;
  return (
    <ScrollTable label={title}>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          {several && <th scope="col">At</th>}
          <th scope="col">Because</th>
          <th scope="col" className="number">
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {snapshots.map((each) => (
          <tr key={`${each.id} ${each.destination?.id}`}>
            <td title={each.name}>{momentInWords(each.createdAt, now)}</td>
            {several && <td>{each.destination?.name ?? 'Snapkeep’s own folder'}</td>}
            <td>
              <Group gap={4}>
                {each.reasons.map((reason) => (
                  <RuleTag key={reason} rule={reason} />
                ))}
              </Group>
            </td>
            <td className="number">{bytesInWords(each.sizeBytes)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
