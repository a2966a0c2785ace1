import { SecretName, type SecretState } from '../../../src-shared/model/settings.ts';
import type { SecretRepo, StoredSecretName } from '../catalog/secret-repo.ts';
import type { SecretProtector } from '../ports.ts';

/** The one place of secrets: sealed in the catalog, opened only where they are used, and told to nobody. */
export class SecretStore {
  readonly #repo: SecretRepo;
  readonly #protector: SecretProtector;

  constructor(repo: SecretRepo, protector: SecretProtector) {
    this.#repo = repo;
    this.#protector = protector;
  }

  /** How well they are kept. */
  protection(): { protects: boolean; words: string } {
    return { protects: this.#protector.protects, words: this.#protector.words };
  }

  states(): SecretState[] {
    const known = new Set(this.#repo.names());
    return SecretName.options.map((name) => ({ name, known: known.has(name) }));
  }

  /** Keeps a secret; `null` forgets it. */
  set(name: StoredSecretName, value: string | null): void {
    if (value === null) this.#repo.remove(name);
    else this.#repo.save(name, this.#protector.seal(value));
  }

  has(name: StoredSecretName): boolean {
    return this.#repo.get(name) !== undefined;
  }

  /** `undefined`: not known. @throws when it was sealed on another machine or by another user */
  get(name: StoredSecretName): string | undefined {
    const sealed = this.#repo.get(name);
    return sealed && this.#protector.open(sealed);
  }
}
