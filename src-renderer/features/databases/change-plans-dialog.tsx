import { Button, Modal, MultiSelect, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { Plan, PlanSummary } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';
import { PlanDestinationsField } from '../plan-form/plan-destinations-field.tsx';
import { TagsField } from '../plan-form/tags-field.tsx';
import { ScheduleEditor } from '../schedule/schedule-editor.tsx';
import { ChangeRetentionDialog } from './change-retention-dialog.tsx';
import { forEachPlan } from './for-each-plan.ts';
import { tagsOf } from './list-plans.ts';

/** What of several plans can be changed at once. */
export const CHANGES = ['schedule', 'retention', 'destinations', 'tags'] as const;
type PlansChange = (typeof CHANGES)[number];

interface ChangePlansDialogProps {
  what: PlansChange;
  /** At least one; what the first one has is suggested. */
  selected: readonly PlanSummary[];
  onClose(): void;
}

/** Changes one setting of several plans. */
export function ChangePlansDialog({ what, selected, onClose }: ChangePlansDialogProps) {
  const first = selected[0]?.plan;
  if (first === undefined) return null;
  const props = { selected, onClose };
  if (what === 'schedule')
    return <ScheduleDialog {...props} initial={{ schedule: first.schedule, timeZone: first.timeZone }} />;
  if (what === 'retention') return <ChangeRetentionDialog {...props} />;
  if (what === 'tags') return <TagsDialog {...props} />;
  return <DestinationsDialog {...props} initial={{ destinations: first.destinations }} />;
}

type Change = Omit<Params<'plans.update'>, 'planId'>;
type DialogProps<C extends Change> = Omit<ChangePlansDialogProps, 'what'> & { initial: C };

function ScheduleDialog({ initial, ...props }: DialogProps<Pick<PlanSummary['plan'], 'schedule' | 'timeZone'>>) {
  const [change, setChange] = useState(initial);
  return (
    <Frame {...props} title="Change schedule" change={() => change}>
      <ScheduleEditor
        label="Frequency"
        schedule={change.schedule}
        timeZone={change.timeZone}
        onChange={(schedule) => setChange((before) => ({ ...before, schedule }))}
        onTimeZone={(timeZone) => setChange((before) => ({ ...before, timeZone }))}
      />
    </Frame>
  );
}

function DestinationsDialog({ initial, ...props }: DialogProps<{ destinations: PlanSummary['plan']['destinations'] }>) {
  const [change, setChange] = useState(initial);
  return (
    <Frame {...props} title="Change destinations" change={() => change} disabled={change.destinations.length === 0}>
      <PlanDestinationsField
        label="Destinations of snapshots"
        value={change.destinations}
        onChange={(destinations) => setChange({ destinations })}
        madeHere
      />
      <Text size="sm" c="dimmed">
        Snapshots are copied to added destinations and stay at removed ones.
      </Text>
    </Frame>
  );
}

function TagsDialog(props: Omit<ChangePlansDialogProps, 'what'>) {
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const existing = tagsOf(props.selected);
  const change = ({ tags, updatedAt }: Plan): Change => ({
    tags: [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added])],
    unchangedSince: updatedAt,
  });
  return (
    <Frame {...props} title="Change tags" change={change} disabled={added.length + removed.length === 0}>
      <TagsField label="Add tags" value={added} onChange={setAdded} />
      {existing.length > 0 && <MultiSelect label="Remove tags" data={existing} value={removed} onChange={setRemoved} />}
    </Frame>
  );
}

interface FrameProps extends Omit<ChangePlansDialogProps, 'what'> {
  title: string;
  /** Returns what is to be changed of a plan. */
  change(plan: Plan): Change;
  disabled?: boolean;
  children: ReactNode;
}

function Frame({ title, change, disabled = false, selected, onClose, children }: FrameProps) {
  const { pending, run } = useAction();
  const plans = countInWords(selected.length, 'plan');
  const save = async (): Promise<void> => {
    const saved = await forEachPlan(selected, 'not changed', ({ plan }) =>
      client.call('plans.update', { planId: plan.id, ...change(plan) }),
    );
    if (saved > 0) showDone(`${countInWords(saved, 'plan')} changed.`);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`${title} of ${plans}`} size="lg">
      <Stack gap="md">
        {children}
        <DialogButtons onClose={onClose}>
          <Button loading={pending} disabled={disabled} onClick={() => run(save)}>
            Change {plans}
          </Button>
        </DialogButtons>
      </Stack>
    </Modal>
  );
}
