import { PasswordInput, Radio, Stack, Text, Textarea } from '@mantine/core';
import { SAVED_SECRET } from '../../components/forms/hints.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Note } from '../../components/messages/note.tsx';
import { passphraseInWords } from './passphrase-words.ts';
import type { PlanFormApi } from './use-plan-form.ts';

/** How snapshots are encrypted, as the end of a label. */
const KINDS = { none: 'none', passphrase: 'passphrase', recipients: 'age recipients' } as const;

/** The encryption of a new plan's snapshots, folded away until it is wanted. */
export function EncryptionDisclosure(props: EncryptionFieldsProps) {
  return (
    <Disclosure title={`Snapshot encryption: ${KINDS[props.form.values.encryption.kind]}`}>
      <EncryptionFields {...props} />
    </Disclosure>
  );
}

interface EncryptionFieldsProps {
  form: PlanFormApi;
  /** The database is encrypted, and so are its snapshots. */
  encrypted: boolean;
}

/** Whether and for whom snapshots are encrypted with age before they are stored. */
export function EncryptionFields({ form, encrypted }: EncryptionFieldsProps) {
  const { kind } = form.values.encryption;
  return (
    <Stack gap="md">
      {encrypted && (
        <Note tone="info">
          The database is encrypted, so its snapshots already are. This adds a second layer of encryption.
        </Note>
      )}
      <Radio.Group label="Encryption of new snapshots" {...form.getInputProps('encryption.kind')}>
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
      {kind === 'passphrase' && <PassphraseFields form={form} />}
      {kind === 'recipients' && (
        <>
          <Textarea
            label="Recipients (one per line)"
            placeholder="age1…"
            autosize
            minRows={2}
            maxRows={6}
            {...form.getInputProps('encryption.recipients')}
            spellCheck={false}
          />
          <PasswordInput
            label="Identity (optional)"
            description="Needed to verify and restore snapshots on this machine. Saved with the other secrets."
            placeholder="AGE-SECRET-KEY-1…"
            {...form.getInputProps('encryption.identity')}
            autoComplete="off"
            spellCheck={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show identity', tabIndex: 0 }}
          />
        </>
      )}
      {kind !== 'none' && (
        <Note tone="warn">
          {kind === 'passphrase'
            ? 'Without the passphrase, nobody can open these snapshots, not even Snapkeep. The recovery kit does not contain it: write it down and keep it in another location.'
            : 'Without the identity of a recipient, nobody can open these snapshots. Keep a copy of it on another machine.'}
        </Note>
      )}
    </Stack>
  );
}

function PassphraseFields({ form }: { form: PlanFormApi }) {
  const { passphrase } = form.values.encryption;
  return (
    <>
      <PasswordInput
        label="Passphrase"
        placeholder={form.values.keptPassphrase ? SAVED_SECRET : ''}
        {...form.getInputProps('encryption.passphrase')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase', tabIndex: 0 }}
      />
      <PasswordInput
        label="Confirm passphrase"
        {...form.getInputProps('encryption.again')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show confirmed passphrase', tabIndex: 0 }}
      />
      <Text size="sm" c="dimmed" role="status" mih={22}>
        {passphrase !== '' && form.errors['encryption.passphrase'] === undefined && passphraseInWords(passphrase)}
      </Text>
    </>
  );
}
