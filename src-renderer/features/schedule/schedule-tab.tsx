import { Stack } from '@mantine/core';
import { useState } from 'react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { showSaved } from '../../components/notices.ts';
import { SaveButton } from '../../components/save-button.tsx';
import { Section } from '../../components/section.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { OldScheduleReader } from './old-schedule.tsx';
import { RestoreTestSection } from './restore-test-section.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';
import { ScheduleState } from './schedule-state.tsx';

/** The schedules of a plan: its backups and its restore tests. */
export function ScheduleTab({ summary }: { summary: PlanSummary }) {
  const { plan } = summary;
  const [schedule, setSchedule] = useState(plan.schedule);
  const [timeZone, setTimeZone] = useState(plan.timeZone);
  const [restoreTest, setRestoreTest] = useState(plan.restoreTest);
  const action = useAction('here');
  const save = (): void => {
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, schedule, timeZone, restoreTest });
      showSaved();
    });
  };
  return (
    <div className="scroll-card">
      <Stack gap="md" maw={860}>
        <Section title="Backups">
          <Stack gap="sm">
            <ScheduleEditor
              label="Frequency"
              schedule={schedule}
              timeZone={timeZone}
              onChange={setSchedule}
              onTimeZone={setTimeZone}
            />
            <OldScheduleReader
              onSchedule={(old) => {
                setSchedule(old.schedule);
                setTimeZone(old.timeZone);
              }}
            />
            <ScheduleState status={{ ...summary.schedule, nextTime: null }} />
          </Stack>
        </Section>
        <RestoreTestSection summary={summary} restoreTest={restoreTest} timeZone={timeZone} onChange={setRestoreTest} />
        <SaveButton action={action} onSave={save} />
      </Stack>
    </div>
  );
}
