import { Button, Group, NumberInput, PasswordInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import type { AlertChannel } from '../../../src-shared/model/alert.ts';
import type { MailSettings, SecretName, Settings } from '../../../src-shared/model/settings.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { SAVED_SECRET } from '../../components/forms/hints.ts';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { UndeliveredAlerts } from '../../components/messages/undelivered-alerts.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useAnswer, useInfo } from '../../stores/core.ts';

/** Where alerts are sent, and the secrets for that. */
export function AlertsSection({ settings, update }: { settings: Settings; update(change: Partial<Settings>): void }) {
  const canNotify = useInfo()?.capabilities.notifications ?? false;
  const answer = useAnswer('secrets.list', {});
  const { value: secrets, reload: load } = answer;
  const { run } = useAction();
  const isKnown = (name: SecretName): boolean =>
    secrets?.secrets.some((each) => each.name === name && each.known) === true;
  const setKeychain = (use: boolean): void =>
    run(async () => {
      await client.call('secrets.useKeychain', { use });
      load();
    });
  return (
    <Section title="Alerts">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          You are notified when a plan fails, is overdue or is unverified, once a day until that is resolved, and when
          the plan is OK again. Successful backups send no alert.
        </Text>
        {canNotify && (
          <Group justify="space-between">
            <Switch
              label="Desktop notifications"
              checked={settings.desktopAlerts}
              onChange={(event) => update({ desktopAlerts: event.currentTarget.checked })}
            />
            <TestButton channel="desktop" disabled={!settings.desktopAlerts} />
          </Group>
        )}
        <Pending answer={answer} />
        {secrets !== null && (
          <>
            <SecretField
              name="webhook-url"
              label="Webhook"
              description="Each alert is sent here as JSON (POST)."
              placeholder="https://…"
              channel="webhook"
              known={isKnown('webhook-url')}
              onSaved={load}
            />
            <SecretField
              name="ping-url"
              label="Ping"
              description="Called when a backup starts (/start), succeeds or fails (/fail), as Healthchecks expects. {plan} is replaced by the plan’s name."
              placeholder="https://hc-ping.com/…"
              channel="ping"
              known={isKnown('ping-url')}
              onSaved={load}
            />
            <MailFields settings={settings} update={update} known={isKnown('mail-password')} onSaved={load} />
            <Text size="sm" c="dimmed">
              {secrets.words}
            </Text>
            {secrets.keychain !== null && (
              <Switch
                label="Store the secrets key in the system keychain"
                description="Only this desktop application can then read the secrets. Commands, servers and system schedules cannot."
                checked={secrets.keychain}
                onChange={(event) => setKeychain(event.currentTarget.checked)}
              />
            )}
            <UndeliveredAlerts />
          </>
        )}
      </Stack>
    </Section>
  );
}

function TestButton({ channel, disabled }: { channel: AlertChannel; disabled: boolean }) {
  const send = () => client.call('alerts.test', { channel }).then(() => showDone('Test alert sent.'));
  return (
    <ActionButton variant="default" act={send} disabled={disabled} aria-label={`Send test: ${channel}`}>
      Send test
    </ActionButton>
  );
}

interface SecretFieldProps {
  name: SecretName;
  label: string;
  description?: string;
  placeholder?: string;
  channel?: AlertChannel;
  known: boolean;
  onSaved(): void;
}

/** A secret can be replaced and removed; it is never shown again. */
function SecretField({ name, label, description, placeholder, channel, known, onSaved }: SecretFieldProps) {
  const [value, setValue] = useState('');
  const action = useAction('here');
  const set = (secret: string | null): void =>
    action.run(async () => {
      await client.call('secrets.set', { name, value: secret });
      setValue('');
      onSaved();
    });
  return (
    <Stack gap={6}>
      <Group align="end" gap="sm" wrap="nowrap">
        <PasswordInput
          flex={1}
          label={label}
          description={description}
          placeholder={known ? SAVED_SECRET : (placeholder ?? '')}
          value={value}
          autoComplete="off"
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={value === ''}
          loading={action.pending}
          onClick={() => set(value)}
          aria-label={`Save: ${label}`}
        >
          Save
        </Button>
        {known && (
          <Button variant="default" loading={action.pending} onClick={() => set(null)} aria-label={`Remove: ${label}`}>
            Remove
          </Button>
        )}
        {channel !== undefined && <TestButton channel={channel} disabled={!known} />}
      </Group>
      {action.error !== null && <ErrorNotice error={action.error} />}
    </Stack>
  );
}

const NO_MAIL: MailSettings = { host: '', port: 587, security: 'starttls', user: '', from: '', to: '' };

interface MailFieldsProps {
  settings: Settings;
  update(change: Partial<Settings>): void;
  known: boolean;
  onSaved(): void;
}

function MailFields({ settings, update, known, onSaved }: MailFieldsProps) {
  const form = useForm({ initialValues: settings.mail ?? NO_MAIL });
  const [wanted, setWanted] = useState(settings.mail !== null);
  const mail = form.values;
  const complete = mail.host !== '' && mail.from.length > 2 && mail.to.length > 2 && typeof mail.port === 'number';
  const saved = wanted && JSON.stringify(mail) === JSON.stringify(settings.mail);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Switch
          label="Email"
          checked={wanted}
          onChange={(event) => {
            setWanted(event.currentTarget.checked);
            if (!event.currentTarget.checked) update({ mail: null });
          }}
        />
        <TestButton channel="mail" disabled={!saved} />
      </Group>
      {wanted && (
        <>
          <Group align="end">
            <TextInput label="Server" w={240} {...form.getInputProps('host')} />
            <NumberInput label="Port" w={100} min={1} max={65_535} {...form.getInputProps('port')} />
            <Select
              label="Security"
              w={140}
              allowDeselect={false}
              data={SECURITY}
              {...form.getInputProps('security')}
            />
          </Group>
          <Group align="end">
            <TextInput label="From" w={240} {...form.getInputProps('from')} />
            <TextInput label="To" w={240} {...form.getInputProps('to')} />
            <TextInput label="Username (optional)" w={240} {...form.getInputProps('user')} />
          </Group>
          <Group>
            <Button variant="default" disabled={!complete || saved} onClick={() => update({ mail })}>
              Save email settings
            </Button>
          </Group>
          {mail.user !== '' && (
            <SecretField name="mail-password" label="Email password" known={known} onSaved={onSaved} />
          )}
        </>
      )}
    </Stack>
  );
}

const SECURITY = [
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'tls', label: 'TLS' },
  { value: 'none', label: 'None' },
];
