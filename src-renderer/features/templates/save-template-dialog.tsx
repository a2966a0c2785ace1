import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Form } from '../../components/forms/form.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useAnswer, useInfo } from '../../stores/core.ts';
import { LeftOut } from './template-choice.tsx';
import { templateOfPlan } from './template-of-plan.ts';

const PLATFORMS: Record<string, 'macos' | 'windows'> = { darwin: 'macos', win32: 'windows' };

/** Saves a plan as a template for other machines and other people. */
export function SaveTemplateDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const form = useForm({ initialValues: { name: plan.name, purpose: `Backs up ${plan.name}.` } });
  const isComplete = form.values.name.trim() !== '' && form.values.purpose.trim() !== '';
  const [refused, setRefused] = useState<string | null>(null);
  const platform = PLATFORMS[useInfo()?.platform ?? ''] ?? 'linux';
  const destinations = useAnswer('destinations.list', {});
  const known = destinations.value ?? [];
  const action = useAction('here');
  const [folder] = plan.destinations.flatMap(({ destinationId }) => {
    const settings = known.find(({ destination }) => destination.id === destinationId)?.destination.settings;
    return settings?.kind === 'folder' ? [settings.path] : [];
  });
  const { template, leftOut } = templateOfPlan(plan, form.values, platform, folder ?? null);
  const taken = action.error?.code === 'CONFLICT' && refused === template.id;
  const save = (): void =>
    action.run(async () => {
      setRefused(template.id);
      await client.call('templates.save', { text: JSON.stringify(template), replace: taken });
      showDone(`Template “${template.name}” saved. You can share it in Settings.`);
      onClose();
    });
  return (
    <Dialog opened onClose={onClose} title="Save as template" size="lg">
      <Form onSubmit={save}>
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            The template prefills new plans with the settings of this plan. It contains no keys, passphrases or
            accounts.
          </Text>
          <TextInput label="Template name" {...form.getInputProps('name')} maxLength={200} data-autofocus />
          <TextInput label="Description" {...form.getInputProps('purpose')} maxLength={300} />
          {leftOut.length > 0 && <LeftOut what="the template" sentences={leftOut} />}
          <Pending answer={destinations} />
          {action.error !== null && <ErrorNotice error={action.error} />}
          <DialogButtons onClose={onClose}>
            <Button type="submit" disabled={destinations.value === null || !isComplete} loading={action.pending}>
              {taken ? 'Replace template' : 'Save template'}
            </Button>
          </DialogButtons>
        </Stack>
      </Form>
    </Dialog>
  );
}
