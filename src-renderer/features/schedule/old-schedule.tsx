import { Button, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { OldSchedule, OldSchedules } from '../../../src-shared/model/old-schedule.ts';
import { keptInWords } from '../../../src-shared/third-party/template-words.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice } from '../../components/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

interface OldScheduleReaderProps {
  onSchedule(old: OldSchedule): void;
}

/** Reads a crontab, systemd units, a script or settings that were pasted, and offers the schedules in it. */
export function OldScheduleReader({ onSchedule }: OldScheduleReaderProps) {
  const [text, setText] = useState('');
  const [read, setRead] = useState<OldSchedules | null>(null);
  const action = useAction('here');
  const look = (): void => {
    action.run(async () => setRead(await client.call('schedules.readOld', { text })));
  };
  return (
    <Disclosure title="Take it from a crontab, a systemd timer or a script">
      <Stack gap="sm">
        <Textarea
          label="What ran the backups so far"
          description="Passwords and keys in it are neither kept nor shown again."
          placeholder={'0 2 * * *  /usr/local/bin/backup.sh --keep 7'}
          autosize
          minRows={3}
          maxRows={10}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setRead(null);
          }}
        />
        <Group>
          <Button variant="default" disabled={text.trim() === ''} loading={action.pending} onClick={look}>
            Read it
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
      {schedules.length === 0 && <Text size="sm">There is no schedule in it.</Text>}
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
