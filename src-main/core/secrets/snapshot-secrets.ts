import { type EncryptionSecret, isIdentity, readIdentity } from '../engine/packing/encryption.ts';
import { fingerprintOfKey, sameText } from './key-fingerprint.ts';
import type { SecretStore } from './secret-store.ts';

/** The passphrases and identities that open encrypted snapshots, and those of before: a view of the store. */
export class SnapshotSecrets {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  /** Every secret that can be read here, those of a plan first, then the one used last. */
  all(planId?: string | null): EncryptionSecret[] {
    const kinds = ['passphrase', 'identity'] as const;
    const own = planId == null ? [] : kinds.flatMap((kind) => this.#store.fingerprintsOf(planId, kind));
    const rank = ({ fingerprint }: EncryptionSecret): number =>
      own.includes(fingerprint) ? own.indexOf(fingerprint) : own.length;
    return kinds.flatMap((kind) => this.#ofKind(kind)).sort((a, b) => rank(a) - rank(b));
  }

  /** What a plan encrypts with; `undefined`: it was given none that can be read here. */
  passphraseOf(planId: string): EncryptionSecret | undefined {
    const [newest] = this.#passphrasesOf(planId);
    return this.#ofKind('passphrase').find(({ fingerprint }) => fingerprint === newest);
  }

  /** What the passphrases a plan has had are known by, the newest first; whether they can be read here or not. */
  #passphrasesOf(planId: string): string[] {
    return this.#store.fingerprintsOf(planId, 'passphrase');
  }

  /** The same of all plans, by their ids. */
  passphrasesByPlan(): Map<string, string[]> {
    return this.#store.fingerprintsByPlan('passphrase');
  }

  /**
   * Takes a text for what it looks like: an identity, or a passphrase, which has the fingerprint it had if it has been
   * kept. Nothing is kept yet.
   * @throws SnapkeepError `INVALID_PARAMS` for an identity that cannot be understood
   */
  async read(text: string): Promise<EncryptionSecret> {
    return isIdentity(text) ? readIdentity(text) : this.readPassphrase(text);
  }

  async readPassphrase(text: string): Promise<EncryptionSecret> {
    const kept = this.#ofKind('passphrase').find((secret) => sameText(secret.text, text));
    return kept ?? { kind: 'passphrase', text, fingerprint: await fingerprintOfKey(text) };
  }

  /** Keeps a secret that has opened a snapshot, or with which a plan is to encrypt. */
  keep(secret: EncryptionSecret, planId?: string): void {
    this.#store.keep(secret.kind, secret, planId);
  }

  #ofKind(kind: EncryptionSecret['kind']): EncryptionSecret[] {
    return this.#store.decryptionSecrets(kind).map((decryptionSecret) => ({ ...decryptionSecret, kind }));
  }
}
