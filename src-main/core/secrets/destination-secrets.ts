import { DestinationSecretsInput, type DestinationSettings } from '../../../src-shared/model/destination.ts';
import type { DestinationSecrets } from '../destinations/drivers/open-driver.ts';
import type { SecretStore } from './secret-store.ts';

type Field = keyof DestinationSecretsInput;

const FIELDS = DestinationSecretsInput.keyof().options;

/** The secrets that are kept for a destination, as they were entered. */
export function keptSecrets(store: SecretStore, destinationId: string): DestinationSecretsInput {
  const entries = FIELDS.map((field) => [field, store.get(nameOf(destinationId, field))] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Keeps those that are given; the others stay as they are. */
export function keepSecrets(store: SecretStore, destinationId: string, given: DestinationSecretsInput): void {
  for (const field of FIELDS) {
    const value = given[field];
    if (value !== undefined) store.set(nameOf(destinationId, field), value);
  }
}

/** Which are kept for a destination. @param names of all secrets that are kept */
export function knownSecrets(names: ReadonlySet<string>, destinationId: string): Field[] {
  return FIELDS.filter((field) => names.has(nameOf(destinationId, field)));
}

/** The secrets as the drivers want them. */
export function driverSecrets(settings: DestinationSettings, kept: DestinationSecretsInput): DestinationSecrets {
  const { accessKeyId, secretAccessKey, sessionToken, password, passphrase } = kept;
  if (settings.kind === 's3') {
    if (accessKeyId === undefined || secretAccessKey === undefined) return {};
    return { s3: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
  }
  if (settings.kind === 'folder') return {};
  // A password must not be sent where a key is meant, nor the other way round.
  if (settings.login.kind === 'password') return { sftp: password === undefined ? {} : { password } };
  return { sftp: passphrase === undefined ? {} : { passphrase } };
}

const nameOf = (destinationId: string, field: Field): `destination:${string}:${string}` =>
  `destination:${destinationId}:${field}`;
