import { Button, Group, Stack } from '@mantine/core';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { useDialog, useDialogAbout, useLeaveGuard, useSectionInView } from '../../hooks/address.ts';
import { PruneDialog } from '../prune/prune-dialog.tsx';
import { KitReminder } from '../recovery-kit/kit-reminder.tsx';
import { SaveTemplateDialog } from '../templates/save-template-dialog.tsx';
import { ReplaceKeyDialog } from './plan-key.tsx';
import { PlanSettingsSections } from './plan-settings-sections.tsx';
import { RemovePlanDialog } from './remove-plan-dialog.tsx';
import { SaveBar } from './save-bar.tsx';
import { SectionIndex } from './section-index.tsx';
import { settingsSections } from './settings-sections.ts';
import { usePlanSettings } from './use-plan-settings.ts';

/** The settings of a plan in one form, and the ways to share and delete it. */
export function PlanSettingsTab({ summary }: { summary: PlanSummary }) {
  const { plan } = summary;
  const settings = usePlanSettings(plan);
  const review = useDialogAbout<true>('review');
  const { dialog, open, close } = useDialog(['share', 'delete', 'key']);
  const leaving = useLeaveGuard(settings.unsaved);
  useSectionInView(true);
  const { retention } = settings.changes;
  const save = (): void => {
    if (retention !== undefined) review.open(true);
    else settings.action.run(() => settings.save());
  };
  return (
    <div className="plan-settings">
      <SectionIndex sections={settingsSections(plan.sourceKind)} />
      <Stack gap="md">
        <KitReminder />
        <PlanSettingsSections summary={summary} form={settings.form} onReplaceKey={() => open('key')} />
        <Group gap="sm">
          <Button variant="default" onClick={() => open('share')}>
            Save as template…
          </Button>
          <Button variant="default" onClick={() => open('delete')}>
            Delete plan…
          </Button>
        </Group>
        <SaveBar settings={settings} onSave={save} />
      </Stack>
      {review.about !== null && retention !== undefined && (
        <PruneDialog plan={plan} retention={retention} onSave={settings.save} onClose={review.close} />
      )}
      {leaving.asked && (
        <ConfirmDialog
          title="Discard unsaved changes?"
          label="Discard changes"
          removes
          onConfirm={async () => leaving.leave()}
          onClose={leaving.stay}
        >
          The settings of {plan.name} have changes that are not saved.
        </ConfirmDialog>
      )}
      {dialog === 'share' && <SaveTemplateDialog plan={plan} onClose={close} />}
      {dialog === 'delete' && <RemovePlanDialog plan={plan} onClose={close} />}
      {dialog === 'key' && plan.sourceKind === 'database' && <ReplaceKeyDialog plan={plan} onClose={close} />}
    </div>
  );
}
