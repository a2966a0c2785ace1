import { Button, Group, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { MailSettings } from '../../../src-shared/model/settings.ts';
import { Channel } from './channel.tsx';
import { SecretField } from './secret-field.tsx';
import type { SettingsProps } from './setting-switch.tsx';

const SECURITY = [
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'tls', label: 'TLS' },
  { value: 'none', label: 'None' },
];

const NO_MAIL: MailSettings = { host: '', port: 587, security: 'starttls', user: '', from: '', to: '' };

interface MailFieldsProps extends SettingsProps {
  known: boolean;
  onSaved(): void;
}

/** Alerts by email: the server and the addresses. */
export function MailFields({ settings, update, known, onSaved }: MailFieldsProps) {
  const form = useForm({ initialValues: { isWanted: settings.mail !== null, mail: settings.mail ?? NO_MAIL } });
  const { isWanted, mail } = form.values;
  const isComplete = mail.host !== '' && mail.from.length > 2 && mail.to.length > 2 && typeof mail.port === 'number';
  const isSaved = isWanted && JSON.stringify(mail) === JSON.stringify(settings.mail);
  const field = (name: keyof MailSettings) => form.getInputProps(`mail.${name}`);
  const want = (wants: boolean): void => {
    form.setFieldValue('isWanted', wants);
    if (!wants) update({ mail: null });
  };
  return (
    <Channel
      channel="mail"
      isReady={isSaved}
      buttons={
        isWanted && (
          <Button variant="default" disabled={!isComplete || isSaved} onClick={() => update({ mail })}>
            Save email settings
          </Button>
        )
      }
    >
      <Switch label="Email" checked={isWanted} onChange={(event) => want(event.currentTarget.checked)} />
      {isWanted && (
        <>
          <Group align="end">
            <TextInput label="Server" w={240} {...field('host')} />
            <NumberInput label="Port" w={100} min={1} max={65_535} {...field('port')} />
            <Select label="Security" w={140} allowDeselect={false} data={SECURITY} {...field('security')} />
          </Group>
          <Group align="end">
            <TextInput label="From" w={240} {...field('from')} />
            <TextInput label="To" w={240} {...field('to')} />
            <TextInput label="Username (optional)" w={240} {...field('user')} />
          </Group>
          {mail.user !== '' && (
            <SecretField name="mail-password" label="Email password" known={known} onSaved={onSaved} />
          )}
        </>
      )}
    </Channel>
  );
}
