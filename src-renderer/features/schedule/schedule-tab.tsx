import { Stack } from '@mantine/core';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { Section } from '../../components/layout/section.tsx';
import { PlanPart } from '../plans/plan-part.tsx';
import { RestoreTestSection } from './restore-test-section.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { ScheduleState } from './schedule-state.tsx';

/** The schedules of a plan: its backups and its restore tests. */
export function ScheduleTab({ summary }: { summary: PlanSummary }) {
  return (
    <div className="scroll-card">
      <Stack maw={860}>
        <PlanPart plan={summary.plan} fields={['schedule', 'timeZone', 'restoreTest']}>
          {(form) => (
            <>
              <Section title="Backups">
                <Stack gap="sm">
                  <ScheduleFields form={form} />
                  <ScheduleState status={{ ...summary.schedule, nextTime: null }} />
                </Stack>
              </Section>
              <RestoreTestSection summary={summary} form={form} />
            </>
          )}
        </PlanPart>
      </Stack>
    </div>
  );
}
