import { Button, Group } from '@mantine/core';
import { Section } from '../../components/layout/section.tsx';
import { navigate } from '../../hooks/address.ts';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { DestinationChoice } from './destination-choice.tsx';
import { stepAddress } from './steps.tsx';
import type { NewPlan } from './use-new-plan.ts';

/** Where the snapshots are stored. */
export function DestinationsStep({ form, plan: { complete, places } }: { form: PlanFormApi; plan: NewPlan }) {
  return (
    <>
      <Section
        title="Destinations"
        actions={
          <Button variant="default" size="xs" onClick={places.refresh}>
            Refresh
          </Button>
        }
      >
        <DestinationChoice form={form} places={places} />
      </Section>
      <div className="new-plan-actions">
        <Group justify="space-between">
          <Button size="md" variant="default" onClick={() => navigate(stepAddress('source'))}>
            Back
          </Button>
          <Button size="md" disabled={!complete.destinations} onClick={() => navigate(stepAddress('review'))}>
            Continue
          </Button>
        </Group>
      </div>
    </>
  );
}
