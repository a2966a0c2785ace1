import { Group, PasswordInput, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { WebhookService } from '../../../src-shared/model/settings.ts';
import { client } from '../../api/client.ts';
import { SAVED_SECRET } from '../../components/forms/hints.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { Channel } from './channel.tsx';
import { SecretButtons } from './secret-field.tsx';

const SERVICES: Record<WebhookService, { name: string; label: string; placeholder: string; hint: string }> = {
  ntfy: {
    name: 'ntfy',
    label: 'Topic URL',
    placeholder: 'https://ntfy.sh/my-secret-topic',
    hint: 'Subscribe to the topic in the ntfy app. Anyone who knows its name can read the alerts.',
  },
  slack: {
    name: 'Slack',
    label: 'Webhook URL',
    placeholder: 'https://hooks.slack.com/services/…',
    hint: 'Create an incoming webhook for a channel in Slack. Mattermost and Rocket.Chat use the same format.',
  },
  discord: {
    name: 'Discord',
    label: 'Webhook URL',
    placeholder: 'https://discord.com/api/webhooks/…',
    hint: 'Create a webhook in the settings of a channel, under Integrations.',
  },
  telegram: {
    name: 'Telegram',
    label: 'Bot token',
    placeholder: '123456789:AA…',
    hint: 'Create a bot with @BotFather, then send it a message from the chat that receives the alerts.',
  },
  json: {
    name: 'Other program (JSON)',
    label: 'Webhook URL',
    placeholder: 'https://…',
    hint: 'Each alert is sent here as JSON (POST).',
  },
};

const CHOICES = Object.entries(SERVICES).map(([value, { name }]) => ({ value, label: name }));

interface WebhookFieldsProps {
  /** The service of the saved webhook. */
  service: WebhookService;
  known: boolean;
  onSaved(): void;
}

/** The webhook that alerts are sent to, in the format of a service. */
export function WebhookFields({ service: savedService, known, onSaved }: WebhookFieldsProps) {
  const form = useForm({ initialValues: { service: savedService, address: '', chat: '' } });
  const { service, chat } = form.values;
  const address = form.values.address.trim();
  const { label, placeholder, hint } = SERVICES[service];
  const isTelegram = service === 'telegram';
  const isSaved = known && service === savedService;
  const action = useAction('here');
  const save = (): void =>
    action.run(async () => {
      const value = isTelegram ? telegramAddress(address, chat.trim()) : address;
      await client.call('secrets.set', { name: 'webhook-url', value });
      await client.call('settings.update', { webhookService: service });
      form.setValues({ address: '', chat: '' });
      onSaved();
    });
  const remove = (): void =>
    action.run(async () => {
      await client.call('secrets.set', { name: 'webhook-url', value: null });
      onSaved();
    });
  return (
    <Channel
      channel="webhook"
      isReady={isSaved}
      buttons={
        <SecretButtons
          label="Webhook"
          known={known}
          isComplete={address !== '' && (!isTelegram || chat.trim() !== '')}
          pending={action.pending}
          onSave={save}
          onRemove={remove}
        />
      }
    >
      <Group align="flex-end" gap="sm">
        <Select
          label="Webhook service"
          w={220}
          data={CHOICES}
          allowDeselect={false}
          {...form.getInputProps('service')}
        />
        <PasswordInput
          flex="1 1 260px"
          label={label}
          description={hint}
          placeholder={isSaved ? SAVED_SECRET : placeholder}
          {...form.getInputProps('address')}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': `Show: ${label}`, tabIndex: 0 }}
        />
      </Group>
      {isTelegram && (
        <TextInput
          label="Chat ID"
          placeholder="-1001234567890"
          w={220}
          {...form.getInputProps('chat')}
          autoComplete="off"
        />
      )}
      {action.error !== null && <ErrorNotice error={action.error} />}
    </Channel>
  );
}

/** Returns the address that sends a message as a bot. */
const telegramAddress = (token: string, chat: string): string =>
  `https://api.telegram.org/bot${encodeURIComponent(token).replaceAll('%3A', ':')}/sendMessage?chat_id=${encodeURIComponent(chat)}`;
