import { Group, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { PathField } from '../../components/path-field.tsx';
import type { SftpDraft } from './destination-draft.ts';
import type { DraftProps } from './field-props.ts';
import { HostKeyField } from './host-key-field.tsx';
import { SecretInput } from './secret-input.tsx';

/** A folder on an SSH server: the server, its host key, and the login. */
export function SftpFields(props: DraftProps) {
  const { draft, onChange, errorOf } = props;
  const { sftp } = draft;
  const set = (change: Partial<SftpDraft>): void => onChange({ ...draft, sftp: { ...sftp, ...change } });
  return (
    <Stack gap="md">
      <Group align="flex-start">
        <TextInput
          label="Server"
          placeholder="nas.example.org"
          flex={1}
          value={sftp.host}
          // A host key belongs to one host.
          onChange={(event) => set({ host: event.currentTarget.value, hostKey: null })}
          error={errorOf('sftp-host')}
          spellCheck={false}
        />
        <NumberInput
          label="Port"
          w={110}
          min={1}
          max={65_535}
          allowDecimal={false}
          value={sftp.port}
          onChange={(port) => typeof port === 'number' && set({ port, hostKey: null })}
        />
      </Group>
      <HostKeyField
        key={`${sftp.host}:${sftp.port}`}
        host={sftp.host.trim()}
        port={sftp.port}
        pinned={sftp.hostKey}
        onPin={(hostKey) => set({ hostKey })}
        error={errorOf('hostKey')}
      />
      <Group align="flex-start" grow>
        <TextInput
          label="User name"
          value={sftp.user}
          onChange={(event) => set({ user: event.currentTarget.value })}
          error={errorOf('sftp-user')}
          spellCheck={false}
          autoComplete="off"
        />
        <TextInput
          label="Folder"
          placeholder="/srv/backups"
          value={sftp.path}
          onChange={(event) => set({ path: event.currentTarget.value })}
          error={errorOf('sftp-path')}
          spellCheck={false}
        />
      </Group>
      <Radio.Group
        label="Authentication"
        value={sftp.login}
        onChange={(login) => set({ login: login as SftpDraft['login'] })}
      >
        <Group gap="lg" mt={6}>
          <Radio value="key" label="Key file" />
          <Radio value="agent" label="SSH agent" />
          <Radio value="password" label="Password" />
        </Group>
      </Radio.Group>
      {sftp.login === 'password' && <SecretInput name="password" label="Password" {...props} />}
      {sftp.login === 'key' && (
        <>
          <PathField
            kind="file"
            label="Private key"
            placeholder="/home/you/.ssh/id_ed25519"
            value={sftp.keyPath}
            onChange={(keyPath) => set({ keyPath })}
            error={errorOf('sftp-keyPath')}
          />
          <SecretInput name="passphrase" label="Key passphrase (optional)" {...props} />
        </>
      )}
      {sftp.login === 'agent' && (
        <TextInput
          label="Agent socket (optional)"
          placeholder="SSH_AUTH_SOCK"
          description="Default: SSH_AUTH_SOCK of the environment."
          value={sftp.agentSocket}
          onChange={(event) => set({ agentSocket: event.currentTarget.value })}
          spellCheck={false}
        />
      )}
    </Stack>
  );
}
