import { Input, NumberInput, SegmentedControl, Text } from '@mantine/core';
import { useId } from 'react';
import type { HistoryReach } from '../../../src-shared/model/history/history-reach.ts';
import {
  hasHistory,
  LONGEST_CAPTURE_INTERVAL,
  type StorageMode,
} from '../../../src-shared/model/history/history-settings.ts';
import { keptInWords, usageInWords } from '../../../src-shared/words/history-words.ts';
import type { PlanFormApi } from './use-plan-form.ts';

const MODES: Array<{ value: StorageMode; label: string }> = [
  { value: 'full', label: 'Full snapshots' },
  { value: 'both', label: 'Both' },
  { value: 'history', label: 'History' },
];

const WORDS: Record<StorageMode, string> = {
  full: 'Each backup stores the whole database in a file of its own.',
  both: 'Full snapshots, and between them a history of the pages that have changed.',
  history: 'Only a history: the whole database once, then the pages that have changed. No attached files.',
};

interface HistoryFieldsProps {
  form: PlanFormApi;
  /** How far the history of the plan reaches; `null`: it has none. */
  reach: HistoryReach | null;
  /** Of the database; `null`: not known. */
  journalMode: string | null;
}

/** What a plan stores, how often changes are captured, and what that means. */
export function HistoryFields({ form, reach, journalMode }: HistoryFieldsProps) {
  const id = useId();
  const { history } = form.values;
  const isWal = journalMode === null || journalMode === 'wal';
  return (
    <>
      <div>
        <Input.Label labelElement="div" display="block" id={id} mb={4}>
          Storage
        </Input.Label>
        <SegmentedControl
          aria-labelledby={id}
          data={MODES}
          value={history.storage}
          onChange={(storage) => form.setFieldValue('history', { ...history, storage })}
        />
        <Text size="sm" c="dimmed" mt={4}>
          {WORDS[history.storage]}
        </Text>
      </div>
      {hasHistory(history) && (
        <>
          <NumberInput
            label="Capture changes every"
            description={`Captures take at most a twentieth of the time. ${isWal ? 'In a database that is not in WAL mode, writers wait for each capture, at most once an hour.' : `This database is in ${journalMode.toUpperCase()} mode: writers wait for each capture, at most once an hour.`}`}
            suffix=" s"
            min={1}
            max={LONGEST_CAPTURE_INTERVAL}
            allowDecimal={false}
            maw={280}
            value={history.intervalSeconds}
            onChange={(value) => form.setFieldValue('history', { ...history, intervalSeconds: Number(value) || 1 })}
          />
          <Text size="sm" c="dimmed">
            {keptInWords(history.keep)} {usageInWords(reach ?? { bytesPerDay: null })}
          </Text>
        </>
      )}
    </>
  );
}
