import type { SealRepo } from '../catalog/seal-repo.ts';
import { isIdentity, readIdentity, type SealSecret } from '../engine/seal.ts';
import type { Clock } from '../ports.ts';
import { fingerprintOfKey, sameText } from './key-fingerprint.ts';
import type { SecretBox } from './secret-box.ts';

/** The passphrases and identities that open sealed snapshots, and those of before: sealed in the catalog in their turn. */
export class SealRing {
  readonly #repo: SealRepo;
  readonly #box: SecretBox;
  readonly #clock: Clock;

  constructor(repo: SealRepo, box: SecretBox, clock: Clock) {
    this.#repo = repo;
    this.#box = box;
    this.#clock = clock;
  }

  /** Every secret that can be opened here, those of a plan first, then the one used last. */
  all(planId?: string | null): SealSecret[] {
    const own = planId == null ? [] : this.#repo.ofPlan(planId).map(({ fingerprint }) => fingerprint);
    const rank = ({ fingerprint }: SealSecret): number =>
      own.includes(fingerprint) ? own.indexOf(fingerprint) : own.length;
    return this.#repo
      .list()
      .flatMap(({ fingerprint, kind, sealed }) => {
        try {
          return [{ fingerprint, kind, text: this.#box.open(nameOf(fingerprint), sealed) }];
        } catch {
          // Sealed on another machine or with a key file that is gone: what needs it asks for it.
          return [];
        }
      })
      .sort((a, b) => rank(a) - rank(b));
  }

  /** What a plan seals with, or opens its snapshots with; `undefined`: it was given none that can be opened here. */
  ofPlan(planId: string, kind: SealSecret['kind']): SealSecret | undefined {
    const newest = this.#repo.ofPlan(planId).find((each) => each.kind === kind);
    return newest && this.all().find(({ fingerprint }) => fingerprint === newest.fingerprint);
  }

  /** What the passphrases a plan has had are known by, the newest first; whether they can be opened here or not. */
  passphrasesOf(planId: string): string[] {
    return this.#repo
      .ofPlan(planId)
      .filter(({ kind }) => kind === 'passphrase')
      .map(({ fingerprint }) => fingerprint);
  }

  hasPassphrase(planId: string): boolean {
    return this.ofPlan(planId, 'passphrase') !== undefined;
  }

  /**
   * Takes a text for what it looks like: an identity, or a passphrase, which has the fingerprint it had if it has been
   * kept. Nothing is kept yet.
   * @throws SnapkeepError `INVALID_PARAMS` for an identity that cannot be understood
   */
  async read(text: string): Promise<SealSecret> {
    return isIdentity(text) ? readIdentity(text) : this.readPassphrase(text);
  }

  async readPassphrase(text: string): Promise<SealSecret> {
    const kept = this.all().find((secret) => secret.kind === 'passphrase' && sameText(secret.text, text));
    return kept ?? { kind: 'passphrase', text, fingerprint: await fingerprintOfKey(text) };
  }

  /** Keeps a secret that has opened a seal, or with which a plan is to seal. */
  keep({ fingerprint, kind, text }: SealSecret, planId?: string): void {
    const now = this.#clock.now().toISOString();
    this.#repo.save({ fingerprint, kind, sealed: this.#box.seal(nameOf(fingerprint), text) }, now);
    if (planId !== undefined) this.#repo.assign(planId, fingerprint, now);
  }
}

const nameOf = (fingerprint: string): string => `seal:${fingerprint}`;
