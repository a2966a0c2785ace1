import { NumberInput, Switch, Text } from '@mantine/core';
import { LONGEST_CAPTURE_INTERVAL } from '../../../src-shared/model/history/history-settings.ts';
import { keptInWords } from '../../../src-shared/words/history-words.ts';
import type { PlanFormApi } from './use-plan-form.ts';

/** Whether changes between snapshots are captured, and how often. */
export function HistoryFields({ form }: { form: PlanFormApi }) {
  const { history } = form.values;
  const isOn = history.storage === 'both';
  return (
    <>
      <Switch
        label="Keep a history between snapshots"
        description="Captures the pages that have changed, so that any point in time can be restored."
        checked={isOn}
        onChange={({ currentTarget }) =>
          form.setFieldValue('history', { ...history, storage: currentTarget.checked ? 'both' : 'full' })
        }
      />
      {isOn && (
        <>
          <NumberInput
            label="Capture changes every"
            description="At most a twentieth of the time is used, whatever is set. In a database that is not in WAL mode, writers wait for each capture."
            suffix=" s"
            min={1}
            max={LONGEST_CAPTURE_INTERVAL}
            allowDecimal={false}
            maw={280}
            value={history.intervalSeconds}
            onChange={(value) => form.setFieldValue('history', { ...history, intervalSeconds: Number(value) || 1 })}
          />
          <Text size="sm" c="dimmed">
            {keptInWords(history.keep)}
          </Text>
        </>
      )}
    </>
  );
}
