import { Button, Group, Stack } from '@mantine/core';
import { useLocation } from 'wouter';
import { client } from '../../api/client.ts';
import { Page } from '../../components/layout/page.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useMounted } from '../../hooks/use-mounted.ts';
import { useAnswer } from '../../stores/core.ts';
import { followTemplate } from '../attached-files/attached-file-draft.ts';
import { GroupForm } from '../templates/group-form.tsx';
import { TemplateChoice } from '../templates/template-choice.tsx';
import { useChosenTemplate } from '../templates/use-templates.ts';
import { emptyForm, isComplete, newPlanOf, type PlanForm, planNameOf, withDraft } from './plan-form.ts';
import { RetentionSection, ScheduleSection, StorageSection } from './plan-sections.tsx';
import { SourceSection } from './source-section.tsx';
import { type PlanFormApi, usePlanForm } from './use-plan-form.ts';
import { type CheckedSource, useSource } from './use-source.ts';

/** Creates a plan, or a group of plans, and starts the first backup. */
export function NewPlanPage() {
  const form = usePlanForm(emptyForm);
  const { sourceKind, sourcePath, key } = form.values;
  const checked = useSource(sourceKind === 'database' ? sourcePath : '', key);
  const chosen = useChosenTemplate(
    checked.source?.path ?? null,
    ({ draft }) => form.setValues((now) => withDraft(now as PlanForm, draft)),
    (before, after) =>
      form.setFieldValue('attachedFiles', (now) =>
        followTemplate(now, before.draft.attachedFiles, after.draft.attachedFiles),
      ),
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
            <SourceSection form={form} checked={checked} draft={part?.draft ?? null} />
            <Rest form={form} checked={checked} />
          </>
        )}
      </Stack>
    </Page>
  );
}

/** Everything but the source, and the button. */
function Rest({ form, checked: { source, locked } }: { form: PlanFormApi; checked: CheckedSource }) {
  const { value: known } = useAnswer('destinations.list', {});
  const [, navigate] = useLocation();
  const mounted = useMounted();
  const action = useAction('here');
  const { values } = form;
  const database = values.sourceKind === 'database';
  const planName = planNameOf(values, source?.suggestedPlanName);
  const encrypted = database && source?.databaseEncryption != null;
  const noDump = encrypted && values.encryption.kind === 'none';
  const ready =
    known !== null &&
    isComplete(values, planName, known) &&
    (!database || (source !== null && !locked && !(noDump && values.method === 'dump')));
  const create = (): void => {
    if (known === null) return;
    action.run(async () => {
      const plan = await client.call('plans.create', newPlanOf(values, planName, known, encrypted));
      await client.call('backups.start', { planId: plan.id });
      // The user may have left the page meanwhile.
      if (mounted.current) navigate(`/databases/${plan.id}`);
    });
  };
  return (
    <>
      <StorageSection form={form} planName={planName} encrypted={encrypted} noDump={noDump} />
      <ScheduleSection form={form} />
      <RetentionSection form={form} estimate={{ snapshotBytes: Math.round((source?.sizeBytes ?? 0) / 2) }} />
      {action.error !== null && <ErrorNotice error={action.error} />}
      <Group justify="flex-end">
        <Button size="md" disabled={!ready} loading={action.pending} onClick={create}>
          Create and back up now
        </Button>
      </Group>
    </>
  );
}
