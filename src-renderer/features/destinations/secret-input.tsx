import { PasswordInput } from '@mantine/core';
import { SAVED_SECRET } from '../../components/hints.ts';
import type { SecretField } from './destination-draft.ts';
import { type DraftProps, withSecret } from './field-props.ts';

/** A secret that can be entered and replaced, and is never shown again. */
export function SecretInput({
  name,
  label,
  description,
  draft,
  onChange,
  errorOf,
}: { name: SecretField; label: string; description?: string } & DraftProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      placeholder={draft.known.includes(name) ? SAVED_SECRET : ''}
      value={draft.secrets[name] ?? ''}
      onChange={(event) => onChange(withSecret(draft, name, event.currentTarget.value))}
      error={errorOf(name)}
      autoComplete="off"
      spellCheck={false}
      flex={1}
      visibilityToggleButtonProps={{ 'aria-label': `Show: ${label}`, tabIndex: 0 }}
    />
  );
}
