import { Button, Group } from '@mantine/core';
import { Section } from '../../components/layout/section.tsx';
import { navigate } from '../../hooks/address.ts';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { GroupForm } from '../templates/group-form.tsx';
import { TemplateChoice } from '../templates/template-choice.tsx';
import { FoundChoice } from './found-choice.tsx';
import { SourceSection } from './source-section.tsx';
import { stepAddress } from './steps.tsx';
import type { NewPlan } from './use-new-plan.ts';

/** What to back up: a database that a search has found, another one, files, or what a template says. */
export function SourceStep({ form, plan }: { form: PlanFormApi; plan: NewPlan }) {
  const { checked, chosen, complete, severalParts } = plan;
  const { part, applied } = chosen;
  const missing = part !== null && part.draft.sourcePath === null && checked.source === null;
  return (
    <>
      {!severalParts && (
        <>
          {form.values.sourceKind === 'database' && part === null && <FoundChoice form={form} />}
          <SourceSection form={form} checked={checked} draft={part?.draft ?? null} />
        </>
      )}
      <Section title="Program settings">
        <TemplateChoice chosen={chosen} missing={missing} />
      </Section>
      {severalParts && applied !== null ? (
        <GroupForm key={applied.id} template={applied} />
      ) : (
        <div className="new-plan-actions">
          <Group justify="flex-end">
            <Button size="md" disabled={!complete.source} onClick={() => navigate(stepAddress('destinations'))}>
              Continue
            </Button>
          </Group>
        </div>
      )}
    </>
  );
}
