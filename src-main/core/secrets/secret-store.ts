import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { SecretName, type SecretState } from '../../../src-shared/model/settings.ts';
import type { DecryptionSecretKind, SecretRepo, StoredSecretName } from '../catalog/repos/secret-repo.ts';
import type { Clock } from '../ports.ts';
import type { SecretBox, SecretProtection } from './secret-box.ts';

/** What opens a database or a snapshot. */
export interface DecryptionSecret {
  readonly fingerprint: string;
  readonly text: string;
}

/** The only store of secrets: encrypted in the catalog, decrypted only where they are used, shown nowhere. */
export class SecretStore {
  readonly #repo: SecretRepo;
  readonly #box: SecretBox;
  readonly #clock: Clock;

  constructor(repo: SecretRepo, box: SecretBox, clock: Clock) {
    this.#repo = repo;
    this.#box = box;
    this.#clock = clock;
  }

  /** How well they are kept. */
  protection(): SecretProtection {
    return this.#box.protection();
  }

  /** Has the key of all secrets kept by the system's keychain, or no more. @throws SnapkeepError `UNSUPPORTED` */
  useKeychain(use: boolean): void {
    this.#box.useKeychain(use);
  }

  /** The names of all that are kept. */
  names(): ReadonlySet<string> {
    return new Set(this.#repo.names());
  }

  states(): SecretState[] {
    const known = this.names();
    return SecretName.options.map((name) => ({ name, known: known.has(name) }));
  }

  /** Keeps a secret; `null` forgets it. */
  set(name: StoredSecretName, value: string | null): void {
    if (value === null) this.#repo.remove(name);
    else this.#repo.save(name, this.#box.encryption(name, value), this.#clock.now().toISOString());
  }

  has(name: StoredSecretName): boolean {
    return this.#repo.get(name) !== undefined;
  }

  /** `undefined`: not known. @throws SnapkeepError when it cannot be opened here, see {@link SecretBox.open} */
  get(name: StoredSecretName): string | undefined {
    const encrypted = this.#repo.get(name);
    return encrypted && this.#box.open(name, encrypted);
  }

  /** Every decryption secret of a kind that can be read here, the one used last first. What needs another one asks for it. */
  decryptionSecrets(kind: DecryptionSecretKind): DecryptionSecret[] {
    return this.#read(kind).flatMap((each) => (each instanceof SnapkeepError ? [] : [each]));
  }

  /** Keeps what has opened something, or is to. @param planId the plan that has it from now on */
  keep(kind: DecryptionSecretKind, { fingerprint, text }: DecryptionSecret, planId?: string): void {
    const name = `${kind}:${fingerprint}` as const;
    this.set(name, text);
    if (planId !== undefined) this.#repo.assign(planId, name, this.#clock.now().toISOString());
  }

  /** The fingerprints of the decryption secrets that a plan has had, the newest first; whether they can be read here or not. */
  fingerprintsOf(planId: string, kind: DecryptionSecretKind): string[] {
    return this.#repo.ofPlan(planId).flatMap((name) => fingerprintIn(name, kind));
  }

  /** The same of all plans, by their ids. */
  fingerprintsByPlan(kind: DecryptionSecretKind): Map<string, string[]> {
    const byPlan = Map.groupBy(this.#repo.ofPlans(), ({ planId }) => planId);
    return new Map([...byPlan].map(([id, rows]) => [id, rows.flatMap(({ name }) => fingerprintIn(name, kind))]));
  }

  /** Says why nothing opened something, where that is because this host cannot read what is kept. */
  explainClosed(error: unknown): unknown {
    if (!(error instanceof SnapkeepError) || error.code !== 'BAD_KEY') return error;
    const closed = (['key', 'passphrase', 'identity'] as const)
      .flatMap((kind) => this.#read(kind))
      .find((each) => each instanceof SnapkeepError && each.code === 'UNAVAILABLE');
    if (!(closed instanceof SnapkeepError)) return error;
    return new SnapkeepError('UNAVAILABLE', `${error.message} ${closed.message}`, {
      ...(closed.hint === undefined ? {} : { hint: closed.hint }),
      cause: error,
    });
  }

  #read(kind: DecryptionSecretKind): Array<DecryptionSecret | SnapkeepError> {
    return this.#repo.decryptionSecrets(kind).map(({ fingerprint, encrypted }) => {
      try {
        return { fingerprint, text: this.#box.open(`${kind}:${fingerprint}`, encrypted) };
      } catch (error) {
        if (error instanceof SnapkeepError) return error;
        throw error;
      }
    });
  }
}

function fingerprintIn(name: StoredSecretName, kind: DecryptionSecretKind): string[] {
  const prefix = `${kind}:`;
  return name.startsWith(prefix) ? [name.slice(prefix.length)] : [];
}
