import { Group, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { PathField } from '../../components/forms/path-field.tsx';
import type { SftpDraft } from './destination-draft.ts';
import { HostKeyField } from './host-key-field.tsx';
import { SecretInput } from './secret-input.tsx';
import type { DestinationFormApi } from './use-destination-form.ts';

/** A folder on an SSH server: the server, its host key, and the login. */
export function SftpFields({ form }: { form: DestinationFormApi }) {
  const { sftp } = form.values;
  // A host key belongs to one host.
  const setHost = (change: Partial<SftpDraft>): void =>
    form.setFieldValue('sftp', { ...sftp, ...change, hostKey: null });
  return (
    <Stack gap="md">
      <Group align="flex-start">
        <TextInput
          label="Server"
          placeholder="nas.example.org"
          flex={1}
          {...form.getInputProps('sftp.host')}
          onChange={(event) => setHost({ host: event.currentTarget.value })}
          spellCheck={false}
        />
        <NumberInput
          label="Port"
          w={110}
          min={1}
          max={65_535}
          allowDecimal={false}
          value={sftp.port}
          onChange={(port) => typeof port === 'number' && setHost({ port })}
        />
      </Group>
      <HostKeyField
        key={`${sftp.host}:${sftp.port}`}
        host={sftp.host.trim()}
        port={sftp.port}
        pinned={sftp.hostKey}
        onPin={(hostKey) => form.setFieldValue('sftp.hostKey', hostKey)}
        error={form.errors['sftp.hostKey']}
      />
      <Group align="flex-start" grow>
        <TextInput label="User name" {...form.getInputProps('sftp.user')} spellCheck={false} autoComplete="off" />
        <TextInput label="Folder" placeholder="/srv/backups" {...form.getInputProps('sftp.path')} spellCheck={false} />
      </Group>
      <LoginFields form={form} />
    </Stack>
  );
}

function LoginFields({ form }: { form: DestinationFormApi }) {
  const { login, keyPath } = form.values.sftp;
  return (
    <>
      <Radio.Group label="Authentication" {...form.getInputProps('sftp.login')}>
        <Group gap="lg" mt={6}>
          <Radio value="key" label="Key file" />
          <Radio value="agent" label="SSH agent" />
          <Radio value="password" label="Password" />
        </Group>
      </Radio.Group>
      {login === 'password' && <SecretInput form={form} name="password" label="Password" />}
      {login === 'key' && (
        <>
          <PathField
            kind="file"
            label="Private key"
            placeholder="/home/you/.ssh/id_ed25519"
            {...form.getInputProps('sftp.keyPath')}
            value={keyPath}
          />
          <SecretInput form={form} name="passphrase" label="Key passphrase (optional)" />
        </>
      )}
      {login === 'agent' && (
        <TextInput
          label="Agent socket (optional)"
          placeholder="SSH_AUTH_SOCK"
          description="Default: SSH_AUTH_SOCK of the environment."
          {...form.getInputProps('sftp.agentSocket')}
          spellCheck={false}
        />
      )}
    </>
  );
}
