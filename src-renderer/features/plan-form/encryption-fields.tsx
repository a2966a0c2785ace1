import { Alert, PasswordInput, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { type EncryptionDraft, encryptionProblems } from './encryption-draft.ts';
import { passphraseInWords } from './passphrase-words.ts';

interface EncryptionFieldsProps {
  value: EncryptionDraft;
  onChange(value: EncryptionDraft): void;
  /** A passphrase is kept already. */
  kept: boolean;
  /** The database has a key of its own, and so have its snapshots. */
  encrypted: boolean;
}

/** Whether and for whom snapshots are encrypted with age before they are stored. */
export function EncryptionFields({ value, onChange, kept, encrypted }: EncryptionFieldsProps) {
  const problems = encryptionProblems(value, kept);
  return (
    <Stack gap="md">
      {encrypted && (
        <Alert className="tone-info" icon={<IconInfoCircle size={18} />}>
          Snapshots of this database are encrypted already, with the database’s own key. This would be a second lock.
        </Alert>
      )}
      <Radio.Group
        label="New snapshots are stored"
        value={value.kind}
        onChange={(kind) => onChange({ ...value, kind: kind as EncryptionDraft['kind'] })}
      >
        <Stack gap={8} mt={8}>
          <Radio
            value="none"
            label={encrypted ? 'As they are, with the database’s key' : 'Readable, by whoever can read the files'}
          />
          <Radio value="passphrase" label="Encrypted with a passphrase" />
          <Radio
            value="recipients"
            label="Encrypted for age recipients"
            description="This machine can then store snapshots without being able to read them."
          />
        </Stack>
      </Radio.Group>
      {value.kind === 'passphrase' && <PassphraseFields value={value} onChange={onChange} kept={kept} />}
      {value.kind === 'recipients' && (
        <>
          <Textarea
            label="Recipients, one in each line"
            placeholder="age1…"
            autosize
            minRows={2}
            maxRows={6}
            value={value.recipients}
            onChange={(event) => onChange({ ...value, recipients: event.currentTarget.value })}
            error={problems.recipients}
            spellCheck={false}
          />
          <PasswordInput
            label="Identity, if snapshots should be verified and restored here"
            description="Kept with the secrets. Without it nothing of them can be verified on this machine."
            placeholder="AGE-SECRET-KEY-1…"
            value={value.identity}
            onChange={(event) => onChange({ ...value, identity: event.currentTarget.value })}
            error={problems.identity}
            autoComplete="off"
            spellCheck={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the identity', tabIndex: 0 }}
          />
        </>
      )}
      {value.kind !== 'none' && (
        <Alert className="tone-warn" icon={<IconAlertTriangle size={18} />}>
          {value.kind === 'passphrase'
            ? 'Without the passphrase nobody opens these snapshots, Snapkeep neither. It is not in the recovery kit: write it down and keep it elsewhere.'
            : 'Without an identity of one of the recipients nobody opens these snapshots. Keep it on another machine, too.'}
        </Alert>
      )}
    </Stack>
  );
}

function PassphraseFields({ value, onChange, kept }: Omit<EncryptionFieldsProps, 'encrypted'>) {
  const problems = encryptionProblems(value, kept);
  return (
    <>
      <PasswordInput
        label="Passphrase"
        placeholder={kept ? 'is kept; type to replace it' : ''}
        value={value.passphrase}
        onChange={(event) => onChange({ ...value, passphrase: event.currentTarget.value })}
        error={problems.passphrase}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase', tabIndex: 0 }}
      />
      <PasswordInput
        label="The passphrase again"
        value={value.again}
        onChange={(event) => onChange({ ...value, again: event.currentTarget.value })}
        error={problems.again}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase typed again', tabIndex: 0 }}
      />
      <Text size="sm" c="dimmed" role="status" mih={22}>
        {value.passphrase !== '' && problems.passphrase === undefined && passphraseInWords(value.passphrase)}
      </Text>
    </>
  );
}
