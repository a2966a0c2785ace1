import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SecretName, SecretState } from '../../../src-shared/model/settings.ts';
import type { SecretStore } from './secret-store.ts';

/**
 * Keeps a secret that a person entered in the settings.
 * @param value `null` removes it
 * @throws SnapkeepError `INVALID_PARAMS` for what is no web address where one is needed
 */
export function setSecret(secrets: SecretStore, name: SecretName, value: string | null): SecretState {
  if (value !== null) requireUsable(name, value);
  secrets.set(name, value);
  return { name, known: value !== null };
}

function requireUsable(name: SecretName, value: string): void {
  if (name === 'mail-password') return;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return;
  throw new SnapkeepError('INVALID_PARAMS', 'Not a web address.', {
    hint: 'Enter an address that starts with https:// or http://.',
  });
}
