import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { Page } from '../../components/page.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useMounted } from '../../hooks/use-mounted.ts';
import { useAnswer } from '../../stores/core.ts';
import { followTemplate } from '../attached-files/attached-file-draft.ts';
import { GroupForm } from '../templates/group-form.tsx';
import { TemplateChoice } from '../templates/template-choice.tsx';
import { useChosenTemplate } from '../templates/use-templates.ts';
import { emptyForm, isComplete, newPlanOf, type PlanForm, planNameOf, withDraft } from './plan-form.ts';
import { HowSection, KeptSection, WhenSection } from './plan-sections.tsx';
import { SourceSection } from './source-section.tsx';
import { useSource } from './use-source.ts';

/** Creates a plan, or a group of plans, and starts the first backup. */
export function NewPlanPage() {
  const [form, setForm] = useState(emptyForm);
  const change = (changed: Partial<PlanForm>): void => setForm((before) => ({ ...before, ...changed }));
  const database = form.sourceKind === 'database';
  const checked = useSource(database ? form.sourcePath : '', form.key);
  const chosen = useChosenTemplate(
    checked.source?.path ?? null,
    ({ draft }) => setForm((before) => withDraft(before, draft)),
    (before, after) =>
      setForm((now) => ({
        ...now,
        attachedFiles: followTemplate(now.attachedFiles, before.draft.attachedFiles, after.draft.attachedFiles),
      })),
  );
  const several = chosen.applied !== null && chosen.part === null;
  const { part } = chosen;
  const missing = part !== null && part.draft.sourcePath === null && checked.source === null;
  return (
    <Page title="New plan">
      <Stack gap="lg" maw={760}>
        <TemplateChoice chosen={chosen} missing={missing} />
        {several && chosen.applied !== null ? (
          <GroupForm key={chosen.applied.id} template={chosen.applied} />
        ) : (
          <>
            <SourceSection form={form} change={change} checked={checked} draft={part?.draft ?? null} />
            <Rest form={form} change={change} checked={checked} />
          </>
        )}
      </Stack>
    </Page>
  );
}

interface RestProps {
  form: PlanForm;
  change(change: Partial<PlanForm>): void;
  checked: ReturnType<typeof useSource>;
}

/** Everything but the source, and the button. */
function Rest({ form, change, checked: { source, locked } }: RestProps) {
  const { value: known } = useAnswer('destinations.list', {});
  const [, navigate] = useLocation();
  const mounted = useMounted();
  const action = useAction('here');
  const database = form.sourceKind === 'database';
  const planName = planNameOf(form, source?.suggestedPlanName);
  const encrypted = database && source?.databaseEncryption != null;
  const noDump = encrypted && form.encryption.kind === 'none';
  const ready =
    known !== null &&
    isComplete(form, planName, known) &&
    (!database || (source !== null && !locked && !(noDump && form.method === 'dump')));
  const create = (): void => {
    if (known === null) return;
    action.run(async () => {
      const plan = await client.call('plans.create', newPlanOf(form, planName, known, encrypted));
      await client.call('backups.start', { planId: plan.id });
      // The user may have left the page meanwhile.
      if (mounted.current) navigate(`/plans/${plan.id}`);
    });
  };
  return (
    <>
      <HowSection form={form} change={change} planName={planName} encrypted={encrypted} noDump={noDump} />
      <WhenSection form={form} change={change} />
      <KeptSection form={form} change={change} snapshotBytes={Math.round((source?.sizeBytes ?? 0) / 2)} />
      {action.error !== null && <ErrorNotice error={action.error} />}
      <Group justify="flex-end">
        <Button size="md" disabled={!ready} loading={action.pending} onClick={create}>
          Create and back up now
        </Button>
      </Group>
    </>
  );
}
