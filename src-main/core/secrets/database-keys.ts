import { type Encryption, KeyFingerprint, type KeyInput, type PlanKey } from '../../../src-shared/model/encryption.ts';
import { type DatabaseKey, likelyFirst } from '../engine/database-key.ts';
import { fingerprintOfKey, sameText } from './key-fingerprint.ts';
import { readKey } from './read-key.ts';
import type { SecretStore } from './secret-store.ts';

/** The keys of encrypted databases, and those they had before, known by fingerprints: a view of the store. */
export class DatabaseKeys {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  /**
   * Every key that can be read here, the one used last first.
   * @param likely how what is to be opened was encrypted, where that is known: its key comes before all others
   */
  all(likely?: Encryption | null): DatabaseKey[] {
    const keys = this.#store
      .openers('key')
      .map((opener) => ({ ...opener, fingerprint: KeyFingerprint.parse(opener.fingerprint) }));
    return likelyFirst(keys, likely);
  }

  /**
   * Gives a key its fingerprint, which is the one it had if it has been kept, or the one of a file made elsewhere if it
   * is the same key. Nothing is kept yet.
   */
  async #known(text: string, elsewhere: KeyFingerprint | undefined): Promise<DatabaseKey> {
    const kept = this.all().find((key) => sameText(key.text, text));
    if (kept !== undefined) return kept;
    if (elsewhere !== undefined && (await fingerprintOfKey(text, elsewhere)) === elsewhere)
      return { text, fingerprint: elsewhere };
    return { text, fingerprint: await fingerprintOfKey(text) };
  }

  /**
   * Reads a key as it is given.
   * @param elsewhere the fingerprint in the manifest of the file it is for
   * @throws SnapkeepError `NOT_FOUND`, `UNAVAILABLE`
   */
  async read(input: KeyInput, elsewhere?: KeyFingerprint): Promise<DatabaseKey> {
    return this.#known(await readKey(input), elsewhere);
  }

  /**
   * What may open a plan's database: the key as it is read now, then those that are kept.
   * @throws SnapkeepError when it cannot be read now
   */
  async ofPlan({ from, fingerprint, format }: PlanKey): Promise<DatabaseKey[]> {
    const kept = this.all({ key: fingerprint, format });
    if ('kept' in from) return kept;
    const read = await this.read(from);
    return [{ ...read, format }, ...kept.filter((key) => key.fingerprint !== read.fingerprint)];
  }

  /** Keeps a key that has opened something. */
  keep(key: DatabaseKey): void {
    this.#store.keep('key', key);
  }
}
