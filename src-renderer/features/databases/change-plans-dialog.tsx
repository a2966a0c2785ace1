import { Button, MultiSelect, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Params } from '../../../src-shared/contract/methods.ts';
import { MAX_DESTINATIONS, type Plan, type PlanSummary } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { Note } from '../../components/messages/note.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useAnswer } from '../../stores/core.ts';
import { changeDestinations } from '../plan-form/plan-changes.ts';
import { TagsField } from '../plan-form/tags-field.tsx';
import { ScheduleEditor } from '../schedule/schedule-editor.tsx';
import { ChangeRetentionDialog } from './change-retention-dialog.tsx';
import { forEachPlan, type PlansDialogProps } from './for-each-plan.ts';
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

/** Changes one setting of several plans, and none that is changed elsewhere while the dialog is open. */
export function ChangePlansDialog({ what, selected, onClose }: ChangePlansDialogProps) {
  const [opened, setOpened] = useState(selected);
  const first = opened[0]?.plan;
  if (first === undefined) return null;
  /** Goes on with the plans that were not changed, as they are now, so that what was chosen can be saved for them. */
  const end = (failed: readonly PlanSummary[]): void => {
    const left = selected.filter(({ plan }) => failed.some((each) => each.plan.id === plan.id));
    if (left.length === 0) onClose();
    else setOpened(left);
  };
  const props = { selected: opened, onEnd: end, onClose };
  if (what === 'schedule')
    return <ScheduleDialog {...props} initial={{ schedule: first.schedule, timeZone: first.timeZone }} />;
  if (what === 'retention') return <ChangeRetentionDialog {...props} initial={first.retention} />;
  return what === 'tags' ? <TagsDialog {...props} /> : <DestinationsDialog {...props} />;
}

type Change = Omit<Params<'plans.update'>, 'planId' | 'unchangedSince'>;

function ScheduleDialog({
  initial,
  ...props
}: PlansDialogProps & { initial: Pick<PlanSummary['plan'], 'schedule' | 'timeZone'> }) {
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

function DestinationsDialog(props: PlansDialogProps) {
  const known = useAnswer('destinations.list', {});
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const plans = props.selected.map(({ plan }) => plan);
  const uses = (plan: Plan, id: string): boolean => plan.destinations.some((each) => each.destinationId === id);
  const choices = (known.value ?? []).map(({ destination: { id, name } }) => ({ value: id, label: name }));
  const counts = plans.map(({ name, destinations }) => {
    return { name, count: changeDestinations(destinations, added, removed).length };
  });
  const namesOf = (refused: (count: number) => boolean): string =>
    namesInWords(counts.filter(({ count }) => refused(count)).map(({ name }) => name));
  const without = namesOf((count) => count === 0);
  const over = namesOf((count) => count > MAX_DESTINATIONS);
  return (
    <Frame
      {...props}
      title="Change destinations"
      change={({ destinations }) => ({ destinations: changeDestinations(destinations, added, removed) })}
      disabled={added.length + removed.length === 0 || without !== '' || over !== ''}
    >
      <MultiSelect
        label="Add destinations"
        description={
          <>
            Snapshots are copied to them. New ones are added under{' '}
            <Link to="/storage" className="text-link">
              Storage
            </Link>
            .
          </>
        }
        data={choices.filter(({ value }) => !removed.includes(value) && !plans.every((plan) => uses(plan, value)))}
        value={added}
        onChange={setAdded}
      />
      <MultiSelect
        label="Remove destinations"
        description="Snapshots stay at removed destinations."
        data={choices.filter(({ value }) => !added.includes(value) && plans.some((plan) => uses(plan, value)))}
        value={removed}
        onChange={setRemoved}
      />
      {without !== '' && <Note tone="warn">{without} would have no destination.</Note>}
      {over !== '' && (
        <Note tone="warn">
          {over} would have more than {MAX_DESTINATIONS} destinations.
        </Note>
      )}
    </Frame>
  );
}

function TagsDialog(props: PlansDialogProps) {
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const existing = tagsOf(props.selected);
  const change = ({ tags }: Plan): Change => ({
    tags: [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added])],
  });
  return (
    <Frame {...props} title="Change tags" change={change} disabled={added.length + removed.length === 0}>
      <TagsField label="Add tags" value={added} onChange={setAdded} />
      {existing.length > 0 && <MultiSelect label="Remove tags" data={existing} value={removed} onChange={setRemoved} />}
    </Frame>
  );
}

interface FrameProps extends PlansDialogProps {
  title: string;
  /** Returns what is to be changed of a plan. */
  change(plan: Plan): Change;
  disabled?: boolean;
  children: ReactNode;
}

function Frame({ title, change, disabled = false, selected, onEnd, onClose, children }: FrameProps) {
  const { pending, run } = useAction();
  const plans = countInWords(selected.length, 'plan');
  const save = async (): Promise<void> => {
    const failed = await forEachPlan(selected, 'not changed', ({ plan }) =>
      client.call('plans.update', { planId: plan.id, ...change(plan), unchangedSince: plan.updatedAt }),
    );
    const saved = selected.length - failed.length;
    if (saved > 0) showDone(`${countInWords(saved, 'plan')} changed.`);
    onEnd(failed);
  };
  return (
    <Dialog opened onClose={onClose} title={`${title} of ${plans}`} size="lg">
      <Stack gap="md">
        {children}
        <DialogButtons onClose={onClose}>
          <Button loading={pending} disabled={disabled} onClick={() => run(save)}>
            Change {plans}
          </Button>
        </DialogButtons>
      </Stack>
    </Dialog>
  );
}
