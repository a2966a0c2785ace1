import { Group, Select, TextInput } from '@mantine/core';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import type { RestoreFormApi } from './restore-form.ts';

interface SnapshotFieldProps {
  form: RestoreFormApi;
  planId: string;
  /** The chosen snapshot. */
  snapshot: { id: string; createdAt: string; sizeBytes: number };
}

/** Chooses a snapshot of a plan: from the list, or the newest one of a day. */
export function SnapshotField({ form, planId, snapshot }: SnapshotFieldProps) {
  const { day } = form.values;
  const answer = useAnswer('snapshots.list', { planId, ...untilEndOf(day) });
  const now = useNow();
  const goTo = useAction('here');
  const listed = answer.value ?? [];
  const choices = listed.some(({ id }) => id === snapshot.id) ? listed : [snapshot, ...listed];
  const choose = (snapshotId: string): void => form.setFieldValue('source', { snapshotId });
  const chooseDay = (chosen: string): void => {
    form.setFieldValue('day', chosen);
    if (chosen === '') return;
    goTo.run(async () => {
      const [newest] = await client.call('snapshots.list', { planId, limit: 1, ...untilEndOf(chosen) });
      // Another day may have been chosen meanwhile.
      if (newest !== undefined && form.getValues().day === chosen) choose(newest.id);
    });
  };
  const isNone = day !== '' && !goTo.pending && answer.value?.length === 0;
  return (
    <Group align="flex-start" gap="sm" className="restore-snapshot">
      <Select
        label="Snapshot"
        data={choices.map(({ id, createdAt, sizeBytes }) => ({
          value: id,
          label: `${momentLabel(createdAt, now)} (${bytesInWords(sizeBytes)})`,
        }))}
        value={snapshot.id}
        onChange={(id) => id !== null && choose(id)}
        allowDeselect={false}
        maxDropdownHeight={260}
      />
      <TextInput
        type="date"
        max="9999-12-31"
        label="Go to date"
        value={day}
        onChange={(event) => chooseDay(event.currentTarget.value)}
        error={goTo.error?.message ?? (isNone ? 'No snapshot taken by this date.' : null)}
      />
    </Group>
  );
}

/** The snapshots taken by the end of a day, in this machine’s time; an empty day: all. */
const untilEndOf = (day: string): { takenBy?: string } =>
  day === '' ? {} : { takenBy: new Date(`${day}T23:59:59.999`).toISOString() };
