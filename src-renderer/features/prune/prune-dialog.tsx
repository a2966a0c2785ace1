import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react';
import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PruneBrake, PrunedSnapshot, PrunePreview } from '../../../src-shared/model/prune.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { spaceInWords } from '../../../src-shared/words/trash-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { RuleTag } from '../../components/status/pill.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';

interface PruneDialogProps {
  plan: Plan;
  retention: Retention;
  /** Saves the plan with a changed retention, which has been reviewed. */
  onSave?(pruneConfirmation: string): Promise<void>;
  onClose(): void;
}

/**
 * Shows what a prune would remove and keep, and why, before anything is done or a changed retention is saved. It is also
 * the review that lets paused pruning continue.
 */
export function PruneDialog({ plan, retention, onSave, onClose }: PruneDialogProps) {
  const answer = useAnswer('prune.preview', { planId: plan.id, retention, review: true });
  const preview = answer.value;
  const now = useNow();
  const action = useAction('here');
  const changed = onSave !== undefined;

  const apply = (prune: boolean): void => {
    if (preview === null) return;
    const { confirmation } = preview;
    action.run(async () => {
      await onSave?.(confirmation);
      if (prune) await client.call('prune.start', { planId: plan.id, retention, review: true, confirmation });
      onClose();
    });
  };
  const several = plan.destinations.length > 1;
  const removes = preview !== null && preview.removed.length > 0;
  const paused = preview !== null && preview.brakes.length > 0;
  const removeLabel = preview === null ? '' : removeInWords(preview, changed);
  return (
    <Dialog opened onClose={onClose} size="xl" title={`Prune ${plan.name}`}>
      <Stack gap="md">
        <Pending answer={answer} label="Calculating" />
        {preview !== null && (
          <>
            <Brakes brakes={preview.brakes} several={several} />
            <Text>
              <strong>Remove {preview.removedCount}</strong> ({freedInWords(preview)}),{' '}
              <strong>keep {preview.keptCount}</strong>. Retention: {keptInWords(retention)}.
            </Text>
            <Warnings warnings={preview.warnings} />
            <Stack gap="md" className="even-columns">
              {removes && <PrunedList title="Remove" snapshots={preview.removed} several={several} now={now} />}
              <PrunedList title="Keep" snapshots={preview.kept} several={several} now={now} />
            </Stack>
          </>
        )}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <DialogButtons onClose={onClose} focused>
          {changed && (
            <Button
              variant={removes || paused ? 'default' : 'filled'}
              disabled={preview === null}
              loading={action.pending}
              onClick={() => apply(false)}
            >
              {removes ? 'Save without removing' : 'Save'}
            </Button>
          )}
          {(removes || paused || !changed) && (
            <Button
              {...(removes ? { color: 'red.8' } : {})}
              disabled={!removes && !paused}
              loading={action.pending}
              onClick={() => apply(true)}
            >
              {paused ? `Continue pruning${removes ? `: ${removeLabel.toLowerCase()}` : ''}` : removeLabel}
            </Button>
          )}
        </DialogButtons>
      </Stack>
    </Dialog>
  );
}

function removeInWords({ removed, removedCount }: PrunePreview, changed: boolean): string {
  if (removed.length === 0) return 'Nothing to remove';
  const what =
    removedCount === 0 ? countInWords(removed.length, 'copy', 'copies') : countInWords(removedCount, 'snapshot');
  return `${changed ? 'Save and remove' : 'Remove'} ${what}`;
}

/** The space freed; copies are counted where they are more than snapshots. */
function freedInWords({ removed, removedCount, bytesFreed }: PrunePreview): string {
  const copies = removed.length === removedCount ? '' : `${countInWords(removed.length, 'copy', 'copies')}, `;
  return `${copies}${spaceInWords({ removed, bytesFreed })}`;
}

/** Why pruning is paused, until it is reviewed. */
function Brakes({ brakes, several }: { brakes: readonly PruneBrake[]; several: boolean }) {
  if (brakes.length === 0) return null;
  return (
    <Alert className="tone-warn" icon={<IconPlayerPause size={18} />} title="Pruning paused">
      <List size="sm" className="wraps">
        {brakes.flatMap(({ destination, reasons }) =>
          reasons.map(({ kind, message }) => (
            <List.Item key={`${destination.id} ${kind}`}>
              {several ? `${destination.name}: ` : ''}
              {message}
            </List.Item>
          )),
        )}
      </List>
      <Text size="sm" mt="xs">
        Check the snapshots below. Restore what you need before you continue.
      </Text>
    </Alert>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert className="tone-warn" icon={<IconAlertTriangle size={18} />} title="Content to be lost">
      <List size="sm" className="wraps">
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

interface PrunedListProps {
  title: string;
  snapshots: readonly PrunedSnapshot[];
  /** Whether there is more than one destination. */
  several: boolean;
  now: number;
}

function PrunedList({ title, snapshots, several, now }: PrunedListProps) {
  if (snapshots.length === 0) return null;
  return (
    <ScrollTable label={title} columns={[title, several && 'Destination', 'Reason', { number: 'Size' }]}>
      {snapshots.map((each) => (
        <tr key={`${each.id} ${each.destination?.id}`}>
          <td title={each.name}>{momentLabel(each.createdAt, now)}</td>
          {several && <td>{each.destination?.name ?? 'Snapkeep data folder'}</td>}
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
    </ScrollTable>
  );
}
