import type { DestinationDraft, Field, SecretField } from './destination-draft.ts';

/** What each part of the form is given. */
export interface DraftProps {
  draft: DestinationDraft;
  onChange(draft: DestinationDraft): void;
  /** What is wrong with a field, as far as it should be said already. */
  errorOf(field: Field): string | undefined;
}

/** Enters a secret into a draft. */
export function withSecret(draft: DestinationDraft, name: SecretField, value: string): DestinationDraft {
  return { ...draft, secrets: { ...draft.secrets, [name]: value } };
}
