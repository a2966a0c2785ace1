import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import { TypedKeyForm } from '../../components/key-form.tsx';

const KEPT = 'It is kept for the next time.';
const FORMS = {
  passphrase: {
    label: 'Passphrase of this snapshot',
    description: `The one it was encrypted with when it was stored. ${KEPT}`,
    action: 'Try this passphrase',
  },
  identity: {
    label: 'Identity for this snapshot',
    description: `Of one of the recipients it was encrypted for: a line that begins with AGE-SECRET-KEY-1. ${KEPT}`,
    action: 'Try this identity',
  },
  key: {
    label: 'Key of this snapshot',
    description: `The key the database had when the snapshot was made. ${KEPT}`,
    action: 'Try this key',
  },
} as const;

interface SnapshotKeyFormProps {
  /** Why it could not be opened; an encrypted one says what it asks for. */
  error: ErrorBody;
  pending: boolean;
  onKey(key: KeyInput): void;
}

/** Asks for what opens a snapshot: the key of its database, or what it is encrypted with. */
export function SnapshotKeyForm({ error, pending, onKey }: SnapshotKeyFormProps) {
  const asks = error.details?.asks;
  const form = asks === 'passphrase' || asks === 'identity' ? FORMS[asks] : FORMS.key;
  return <TypedKeyForm key={form.label} {...form} ofDatabase={form === FORMS.key} pending={pending} onKey={onKey} />;
}
