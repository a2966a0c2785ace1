import type { DestinationDraft, Field, SecretField } from './destination-draft.ts';

/** The props of each part of the form. */
export interface DraftProps {
  draft: DestinationDraft;
  onChange(draft: DestinationDraft): void;
  /** Returns what is wrong with a field, as far as it is reported yet. */
  errorOf(field: Field): string | undefined;
}

/** Returns the draft with a secret. */
export function withSecret(draft: DestinationDraft, name: SecretField, value: string): DestinationDraft {
  return { ...draft, secrets: { ...draft.secrets, [name]: value } };
}
