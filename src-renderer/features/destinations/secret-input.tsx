import { PasswordInput } from '@mantine/core';
import { SAVED_SECRET } from '../../components/forms/hints.ts';
import type { SecretField } from './destination-draft.ts';
import type { DestinationFormApi } from './use-destination-form.ts';

/** A secret that can be entered and replaced, and is never shown again. */
export function SecretInput({ form, name, label }: { form: DestinationFormApi; name: SecretField; label: string }) {
  return (
    <PasswordInput
      label={label}
      placeholder={form.values.known.includes(name) ? SAVED_SECRET : ''}
      {...form.getInputProps(`secrets.${name}`)}
      value={form.values.secrets[name] ?? ''}
      autoComplete="off"
      spellCheck={false}
      flex={1}
      visibilityToggleButtonProps={{ 'aria-label': `Show: ${label}`, tabIndex: 0 }}
    />
  );
}
