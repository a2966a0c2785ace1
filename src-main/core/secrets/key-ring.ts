import type { Encryption, KeyFingerprint, KeyInput, PlanKey } from '../../../src-shared/model/encryption.ts';
import type { KeyRepo } from '../catalog/key-repo.ts';
import { type DatabaseKey, likelyFirst } from '../engine/database-key.ts';
import type { Clock } from '../ports.ts';
import { fingerprintOfKey, sameText } from './key-fingerprint.ts';
import { readKey } from './read-key.ts';
import type { SecretBox } from './secret-box.ts';

/** The keys of encrypted databases, and those they had before: sealed in the catalog, and known by fingerprints. */
export class KeyRing {
  readonly #repo: KeyRepo;
  readonly #box: SecretBox;
  readonly #clock: Clock;

  constructor(repo: KeyRepo, box: SecretBox, clock: Clock) {
    this.#repo = repo;
    this.#box = box;
    this.#clock = clock;
  }

  /**
   * Every key that can be opened here, the one used last first.
   * @param likely how what is to be opened was encrypted, where that is known: its key comes before all others
   */
  all(likely?: Encryption | null): DatabaseKey[] {
    const keys = this.#repo.list().flatMap(({ fingerprint, sealed }) => this.#open(fingerprint, sealed));
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

  #open(fingerprint: KeyFingerprint, sealed: Buffer): DatabaseKey[] {
    try {
      return [{ fingerprint, text: this.#box.open(nameOf(fingerprint), sealed) }];
    } catch {
      // Sealed on another machine or with a key file that is gone. What needs it asks for it, and nothing else is kept up.
      return [];
    }
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
  keep({ fingerprint, text }: DatabaseKey): void {
    this.#repo.save(fingerprint, this.#box.seal(nameOf(fingerprint), text), this.#clock.now().toISOString());
  }
}

const nameOf = (fingerprint: string): string => `key:${fingerprint}`;
