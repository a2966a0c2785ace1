import { SecretName, type SecretState } from '../../../src-shared/model/settings.ts';
import type { SecretRepo, StoredSecretName } from '../catalog/secret-repo.ts';
import type { SecretBox, SecretProtection } from './secret-box.ts';

/** The one place of secrets: sealed in the catalog, opened only where they are used, and told to nobody. */
export class SecretStore {
  readonly #repo: SecretRepo;
  readonly #box: SecretBox;

  constructor(repo: SecretRepo, box: SecretBox) {
    this.#repo = repo;
    this.#box = box;
  }

  /** How well they are kept. */
  protection(): SecretProtection {
    return this.#box.protection();
  }

  /** Has the key of all secrets kept by the system's keychain, or no more. @throws SnapkeepError `UNSUPPORTED` */
  useKeychain(use: boolean): void {
    this.#box.useKeychain(use);
  }

  states(): SecretState[] {
    const known = new Set(this.#repo.names());
    return SecretName.options.map((name) => ({ name, known: known.has(name) }));
  }

  /** Keeps a secret; `null` forgets it. */
  set(name: StoredSecretName, value: string | null): void {
    if (value === null) this.#repo.remove(name);
    else this.#repo.save(name, this.#box.seal(name, value));
  }

  has(name: StoredSecretName): boolean {
    return this.#repo.get(name) !== undefined;
  }

  /** `undefined`: not known. @throws SnapkeepError when it cannot be opened here, see {@link SecretBox.open} */
  get(name: StoredSecretName): string | undefined {
    const sealed = this.#repo.get(name);
    return sealed && this.#box.open(name, sealed);
  }
}
