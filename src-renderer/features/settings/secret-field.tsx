import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { AlertChannel } from '../../../src-shared/model/alert.ts';
import type { SecretName } from '../../../src-shared/model/settings.ts';
import { client } from '../../api/client.ts';
import { SAVED_SECRET } from '../../components/forms/hints.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { Channel } from './channel.tsx';

interface SecretFieldProps {
  name: SecretName;
  label: string;
  description?: string;
  placeholder?: string;
  /** The channel that the secret sets up; without it, there is no test. */
  channel?: AlertChannel;
  known: boolean;
  onSaved(): void;
}

/** A secret that can be replaced and removed; it is never shown again. */
export function SecretField({ name, label, description, placeholder = '', channel, known, onSaved }: SecretFieldProps) {
  const form = useForm({ initialValues: { value: '' } });
  const action = useAction('here');
  const set = (secret: string | null): void =>
    action.run(async () => {
      await client.call('secrets.set', { name, value: secret });
      form.reset();
      onSaved();
    });
  const buttons = (
    <SecretButtons
      label={label}
      known={known}
      isComplete={form.values.value !== ''}
      pending={action.pending}
      onSave={() => set(form.values.value)}
      onRemove={() => set(null)}
    />
  );
  const field = (
    <>
      <PasswordInput
        label={label}
        description={description}
        placeholder={known ? SAVED_SECRET : placeholder}
        {...form.getInputProps('value')}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': `Show: ${label}`, tabIndex: 0 }}
      />
      {action.error !== null && <ErrorNotice error={action.error} />}
    </>
  );
  if (channel !== undefined)
    return (
      <Channel channel={channel} isReady={known} buttons={buttons}>
        {field}
      </Channel>
    );
  return (
    <Stack gap="xs">
      {field}
      <Group gap="sm">{buttons}</Group>
    </Stack>
  );
}

interface SecretButtonsProps {
  label: string;
  known: boolean;
  isComplete: boolean;
  pending: boolean;
  onSave(): void;
  onRemove(): void;
}

/** The buttons that save and remove a secret. */
export function SecretButtons({ label, known, isComplete, pending, onSave, onRemove }: SecretButtonsProps) {
  return (
    <>
      <Button variant="default" disabled={!isComplete} loading={pending} onClick={onSave} aria-label={`Save: ${label}`}>
        Save
      </Button>
      {known && (
        <Button variant="default" loading={pending} onClick={onRemove} aria-label={`Remove: ${label}`}>
          Remove
        </Button>
      )}
    </>
  );
}
