import { Stack } from '@mantine/core';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { OldScheduleReader } from './old-schedule.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';

/** The schedule of a plan, chosen or read from an old one. */
export function ScheduleFields({ form }: { form: PlanFormApi }) {
  const { schedule, timeZone } = form.values;
  return (
    <Stack gap="md">
      <ScheduleEditor
        label="Frequency"
        schedule={schedule}
        timeZone={timeZone}
        onChange={(chosen) => form.setFieldValue('schedule', chosen)}
        onTimeZone={(chosen) => form.setFieldValue('timeZone', chosen)}
      />
      <OldScheduleReader
        onSchedule={(old) =>
          form.setValues({
            schedule: old.schedule,
            timeZone: old.timeZone,
            ...(old.facts.retention === null ? {} : { retention: old.facts.retention }),
          })
        }
      />
    </Stack>
  );
}
