import { Stack, Switch, Text } from '@mantine/core';
import type { SecretList, SecretName } from '../../../src-shared/model/settings.ts';
import { client } from '../../api/client.ts';
import { Section } from '../../components/layout/section.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { UndeliveredAlerts } from '../../components/messages/undelivered-alerts.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useAnswer, useInfo } from '../../stores/core.ts';
import { Channel } from './channel.tsx';
import { MailFields } from './mail-fields.tsx';
import { SecretField } from './secret-field.tsx';
import { SettingSwitch, type SettingsProps } from './setting-switch.tsx';
import { WebhookFields } from './webhook-fields.tsx';

/** Where alerts are sent, and the secrets for that. */
export function AlertsSection({ settings, update }: SettingsProps) {
  const canNotify = useInfo()?.capabilities.notifications ?? false;
  const secrets = useAnswer('secrets.list', {});
  return (
    <Section title="Alerts">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          You are notified when a plan fails, is overdue or is unverified, once a day until that is resolved, and when
          the plan is OK again. Successful backups send no alert.
        </Text>
        {canNotify && (
          <Channel channel="desktop" isReady={settings.desktopAlerts}>
            <SettingSwitch settings={settings} update={update} name="desktopAlerts" label="Desktop notifications" />
          </Channel>
        )}
        <Pending answer={secrets} />
        {secrets.value !== null && (
          <SecretChannels list={secrets.value} onSaved={secrets.reload} settings={settings} update={update} />
        )}
        <UndeliveredAlerts />
      </Stack>
    </Section>
  );
}

/** The channels that need secrets, and how the secrets are stored. */
function SecretChannels({ list, onSaved, settings, update }: SettingsProps & { list: SecretList; onSaved(): void }) {
  const { run } = useAction();
  const isKnown = (name: SecretName): boolean => list.secrets.some((each) => each.name === name && each.known);
  const setKeychain = (use: boolean): void =>
    run(async () => {
      await client.call('secrets.useKeychain', { use });
      onSaved();
    });
  return (
    <>
      <WebhookFields service={settings.webhookService} known={isKnown('webhook-url')} onSaved={onSaved} />
      <SecretField
        name="ping-url"
        label="Healthchecks (ping URL)"
        description="Called when a backup starts (/start), succeeds or fails (/fail), so that Healthchecks or a similar service notices missing backups. {plan} is replaced by the plan’s name."
        placeholder="https://hc-ping.com/…"
        channel="ping"
        known={isKnown('ping-url')}
        onSaved={onSaved}
      />
      <MailFields settings={settings} update={update} known={isKnown('mail-password')} onSaved={onSaved} />
      <Text size="sm" c="dimmed">
        {list.words}
      </Text>
      {list.keychain !== null && (
        <Switch
          label="Store the secrets key in the system keychain"
          description="Only this desktop application can then read the secrets. Commands, servers and system schedules cannot."
          checked={list.keychain}
          onChange={(event) => setKeychain(event.currentTarget.checked)}
        />
      )}
    </>
  );
}
