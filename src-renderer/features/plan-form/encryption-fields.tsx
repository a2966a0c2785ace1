import { Alert, PasswordInput, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { SAVED_SECRET } from '../../components/hints.ts';
import { type EncryptionDraft, encryptionProblems } from './encryption-draft.ts';
import { passphraseInWords } from './passphrase-words.ts';

interface EncryptionFieldsProps {
  value: EncryptionDraft;
  onChange(value: EncryptionDraft): void;
  /** A passphrase is saved already. */
  kept: boolean;
  /** The database is encrypted, and so are its snapshots. */
  encrypted: boolean;
}

/** Whether and for whom snapshots are encrypted with age before they are stored. */
export function EncryptionFields({ value, onChange, kept, encrypted }: EncryptionFieldsProps) {
  const problems = encryptionProblems(value, kept);
  return (
    <Stack gap="md">
      {encrypted && (
        <Alert className="tone-info" icon={<IconInfoCircle size={18} />}>
          The database is encrypted, so its snapshots already are. This adds a second layer of encryption.
        </Alert>
      )}
      <Radio.Group
        label="Encryption of new snapshots"
        value={value.kind}
        onChange={(kind) => onChange({ ...value, kind: kind as EncryptionDraft['kind'] })}
      >
        <Stack gap={8} mt={8}>
          <Radio value="none" label={encrypted ? 'No additional encryption' : 'No encryption'} />
          <Radio value="passphrase" label="Encrypt with passphrase" />
          <Radio
            value="recipients"
            label="Encrypt for age recipients"
            description="This machine can store snapshots without being able to read them."
          />
        </Stack>
      </Radio.Group>
      {value.kind === 'passphrase' && <PassphraseFields value={value} onChange={onChange} kept={kept} />}
      {value.kind === 'recipients' && (
        <>
          <Textarea
            label="Recipients (one per line)"
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
            label="Identity (optional)"
            description="Needed to verify and restore snapshots on this machine. Saved with the other secrets."
            placeholder="AGE-SECRET-KEY-1…"
            value={value.identity}
            onChange={(event) => onChange({ ...value, identity: event.currentTarget.value })}
            error={problems.identity}
            autoComplete="off"
            spellCheck={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show identity', tabIndex: 0 }}
          />
        </>
      )}
      {value.kind !== 'none' && (
        <Alert className="tone-warn" icon={<IconAlertTriangle size={18} />}>
          {value.kind === 'passphrase'
            ? 'Without the passphrase, nobody can open these snapshots, not even Snapkeep. The recovery kit does not contain it: write it down and keep it in another location.'
            : 'Without the identity of a recipient, nobody can open these snapshots. Keep a copy of it on another machine.'}
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
        placeholder={kept ? SAVED_SECRET : ''}
        value={value.passphrase}
        onChange={(event) => onChange({ ...value, passphrase: event.currentTarget.value })}
        error={problems.passphrase}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase', tabIndex: 0 }}
      />
      <PasswordInput
        label="Confirm passphrase"
        value={value.again}
        onChange={(event) => onChange({ ...value, again: event.currentTarget.value })}
        error={problems.again}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show confirmed passphrase', tabIndex: 0 }}
      />
      <Text size="sm" c="dimmed" role="status" mih={22}>
        {value.passphrase !== '' && problems.passphrase === undefined && passphraseInWords(value.passphrase)}
      </Text>
    </>
  );
}
