import { z } from 'zod';
import {
  CipherSalt,
  CipherSettings,
  type DatabaseEncryption,
  KeyFingerprint,
  type KeyInput,
  type PlanKey,
} from '../../../src-shared/model/database-encryption.ts';
import { type DatabaseKey, likelyFirst, withSettings } from '../engine/sqlite/database-key.ts';
import type { ProcessLog } from '../ports.ts';
import { fingerprintOfKey, sameText } from './key-fingerprint.ts';
import { readKey } from './read-key.ts';
import type { SecretStore } from './secret-store.ts';

/** What is kept of a key, as one secret: itself, and what it has opened databases with. */
const KeptKey = z.object({ text: z.string(), settings: z.array(CipherSettings), salts: z.array(CipherSalt) });

/** The keys of encrypted databases, and those they had before, known by fingerprints: a view of the store. */
export class DatabaseKeys {
  readonly #store: SecretStore;
  readonly #log: Pick<ProcessLog, 'hide'>;

  constructor(store: SecretStore, log: Pick<ProcessLog, 'hide'>) {
    this.#store = store;
    this.#log = log;
  }

  /**
   * Every key that can be read here, the one used last first.
   * @param likely how what is to be opened was encrypted, where that is known: its key comes before all others
   */
  all(likely?: DatabaseEncryption | null): DatabaseKey[] {
    const keys = this.#store.decryptionSecrets('key').map((decryptionSecret) => {
      const kept = KeptKey.parse(JSON.parse(decryptionSecret.text));
      this.#log.hide(kept.text);
      return { ...kept, fingerprint: KeyFingerprint.parse(decryptionSecret.fingerprint) };
    });
    return likelyFirst(keys, likely);
  }

  /**
   * Gives a key its fingerprint, which is the one it had if it has been kept, or the one of a file made elsewhere if it
   * is the same key. Nothing is kept yet.
   */
  async #known(text: string, elsewhere: KeyFingerprint | undefined): Promise<DatabaseKey> {
    this.#log.hide(text);
    const kept = this.all().find((key) => sameText(key.text, text));
    if (kept !== undefined) return kept;
    const given = { text, settings: [], salts: [] };
    if (elsewhere !== undefined && (await fingerprintOfKey(text, elsewhere)) === elsewhere)
      return { ...given, fingerprint: elsewhere };
    return { ...given, fingerprint: await fingerprintOfKey(text) };
  }

  /**
   * Reads a key as it is given, with its custom settings first among those to try.
   * @param elsewhere the fingerprint in the manifest of the file it is for
   * @throws SnapkeepError `NOT_FOUND`, `UNAVAILABLE`
   */
  async read(input: KeyInput, elsewhere?: KeyFingerprint): Promise<DatabaseKey> {
    const key = await this.#known(await readKey(input), elsewhere);
    const { settings, salt } = input;
    const salts = salt === undefined ? key.salts : [...new Set([salt.toLowerCase(), ...key.salts])];
    return { ...(settings === undefined ? key : withSettings(key, settings)), salts };
  }

  /**
   * What may open a plan's database: the key as it is read now, then those that are kept.
   * @throws SnapkeepError when it cannot be read now
   */
  async ofPlan({ from, fingerprint, settings }: PlanKey): Promise<DatabaseKey[]> {
    const kept = this.all({ key: fingerprint, settings });
    if ('kept' in from) return kept;
    const read = withSettings(await this.read(from), settings);
    return [read, ...kept.filter((key) => key.fingerprint !== read.fingerprint)];
  }

  /** Keeps a key that has opened something. */
  keep({ fingerprint, text, settings, salts }: DatabaseKey): void {
    const kept = { text, settings: settings.slice(0, MOST_KEPT), salts: salts.slice(0, MOST_KEPT) };
    this.#store.keep('key', { fingerprint, text: JSON.stringify(kept) });
  }
}

/** One key seldom opens databases in many ways; each is a derivation to try. */
const MOST_KEPT = 20;
