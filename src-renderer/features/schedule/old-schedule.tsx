import { Button, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import type { OldSchedule, OldSchedules } from '../../../src-shared/model/third-party/old-schedule.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

interface OldScheduleReaderProps {
  onSchedule(old: OldSchedule): void;
}

/** Reads a pasted crontab, systemd unit, script or settings file, and offers the schedules in it. */
export function OldScheduleReader({ onSchedule }: OldScheduleReaderProps) {
  const form = useForm({ initialValues: { text: '' }, onValuesChange: () => setRead(null) });
  const { text } = form.values;
  const [read, setRead] = useState<OldSchedules | null>(null);
  const action = useAction('here');
  const find = (): void => {
    action.run(async () => setRead(await client.call('schedules.readOld', { text })));
  };
  return (
    <Disclosure title="Import schedule from crontab, systemd or script">
      <Stack gap="sm">
        <Textarea
          label="Crontab, systemd unit, script or settings"
          description="Passwords and keys in the text are not saved."
          placeholder={'0 2 * * *  /usr/local/bin/backup.sh --keep 7'}
          autosize
          minRows={3}
          maxRows={10}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          {...form.getInputProps('text')}
        />
        <Group>
          <Button variant="default" disabled={text.trim() === ''} loading={action.pending} onClick={find}>
            Find schedules
          </Button>
        </Group>
        {action.error !== null && <ErrorNotice error={action.error} />}
        {read !== null && <Found read={read} onSchedule={onSchedule} />}
      </Stack>
    </Disclosure>
  );
}

function Found({ read: { schedules, unread }, onSchedule }: { read: OldSchedules } & OldScheduleReaderProps) {
  return (
    <Stack gap="xs" role="status">
      {schedules.length === 0 && <Text size="sm">No schedule found.</Text>}
      {schedules.map((old) => (
        <Group key={`${old.line} ${JSON.stringify(old.schedule)}`} justify="space-between" wrap="nowrap" align="start">
          <div>
            <Text size="sm">{inWords(old)}</Text>
            {old.command !== null && (
              <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                {old.command}
              </Text>
            )}
            {old.notes.map((note) => (
              <Text key={note} size="xs" c="dimmed">
                {note}
              </Text>
            ))}
          </div>
          <Button size="compact-sm" variant="light" onClick={() => onSchedule(old)} aria-label={`Use line ${old.line}`}>
            Use
          </Button>
        </Group>
      ))}
      {unread.length > 0 && (
        <List size="sm" spacing={4}>
          {unread.map(({ line, problem }) => (
            <List.Item key={`${line} ${problem}`}>
              Line {line}: {problem}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function inWords({ line, schedule, timeZone, facts }: OldSchedule): string {
  const zone = timeZone === null ? '' : ` (${timeZone})`;
  const kept = facts.retention === null ? '' : `, keeps ${keptInWords(facts.retention)}`;
  return `Line ${line}: ${scheduleInWords(schedule)}${zone}${kept}`;
}
