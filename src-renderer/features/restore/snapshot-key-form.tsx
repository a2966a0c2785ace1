import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import { TypedKeyForm } from '../../components/forms/key-form.tsx';

const KEPT = 'It is saved for later restores.';
const FORMS = {
  passphrase: {
    label: 'Snapshot passphrase',
    description: `The passphrase the snapshot was encrypted with. ${KEPT}`,
    action: 'Use passphrase',
  },
  identity: {
    label: 'age identity',
    description: `The identity of a recipient of the snapshot. It begins with AGE-SECRET-KEY-1. ${KEPT}`,
    action: 'Use identity',
  },
  key: {
    label: 'Database key',
    description: `The key of the database at the time of the snapshot. ${KEPT}`,
    action: 'Use key',
  },
} as const;

interface SnapshotKeyFormProps {
  /** Why the snapshot could not be opened, and which secret it needs. */
  error: ErrorBody;
  pending: boolean;
  onKey(key: KeyInput): void;
}

/** Asks for the secret that opens a snapshot. */
export function SnapshotKeyForm({ error, pending, onKey }: SnapshotKeyFormProps) {
  const asks = error.details?.asks;
  const form = asks === 'passphrase' || asks === 'identity' ? FORMS[asks] : FORMS.key;
  return <TypedKeyForm key={form.label} {...form} ofDatabase={form === FORMS.key} pending={pending} onKey={onKey} />;
}
