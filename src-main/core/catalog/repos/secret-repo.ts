import { z } from 'zod';
import { SecretName } from '../../../../src-shared/model/settings.ts';
import { sql } from '../sql.ts';
import { Repo, Table } from '../table.ts';

/** What opens databases, and what opens encrypted snapshots. */
const DecryptionSecretKind = z.enum(['key', 'passphrase', 'identity']);
export type DecryptionSecretKind = z.infer<typeof DecryptionSecretKind>;

/**
 * What a secret is kept under: one of the application's, a field of a destination, `destination:<id>:<field>`, or what
 * opens something by its fingerprint, `<kind>:<fingerprint>`. Decryption secrets are never removed: snapshots need them.
 */
const StoredSecretName = z.union([
  SecretName,
  z.templateLiteral(['destination:', z.string(), ':', z.string()]),
  z.templateLiteral([DecryptionSecretKind, ':', z.string()]),
]);
export type StoredSecretName = z.infer<typeof StoredSecretName>;

const SecretRow = z.object({ name: z.string(), encrypted: z.instanceof(Buffer), usedAt: z.string() });
const PlanSecretRow = z.object({ planId: z.string(), name: StoredSecretName, since: z.string() });

/** The tables of encrypted secrets, and of those that a plan has had. */
export class SecretRepo extends Repo {
  readonly #secrets = new Table(this.db, 'secrets', SecretRow);
  readonly #ofPlans = new Table(this.db, 'plan_secrets', PlanSecretRow);

  names(): string[] {
    return this.db.column(z.string(), sql`SELECT name FROM secrets`);
  }

  get(name: StoredSecretName): Buffer | undefined {
    return this.#secrets.get(sql`WHERE name = ${name}`)?.encrypted;
  }

  /** What opens something, the one used last first. */
  decryptionSecrets(kind: DecryptionSecretKind): Array<{ fingerprint: string; encrypted: Buffer }> {
    const prefix = `${kind}:`;
    return this.#secrets
      .all(sql`WHERE substr(name, 1, length(${prefix})) = ${prefix} ORDER BY used_at DESC, rowid DESC`)
      .map(({ name, encrypted }) => ({ fingerprint: name.slice(prefix.length), encrypted }));
  }

  save(name: StoredSecretName, encrypted: Buffer, usedAt: string): void {
    this.#secrets.save({ name, encrypted, usedAt }, ['name']);
  }

  remove(name: StoredSecretName): void {
    this.db.run(sql`DELETE FROM secrets WHERE name = ${name}`);
  }

  /** The decryption secrets that a plan has had, the newest first. */
  ofPlan(planId: string): StoredSecretName[] {
    const rows = this.#ofPlans.all(sql`WHERE plan_id = ${planId} ORDER BY since DESC, rowid DESC`);
    return rows.map(({ name }) => name);
  }

  /** The same of all plans. */
  ofPlans(): Array<z.infer<typeof PlanSecretRow>> {
    return this.#ofPlans.all(sql`ORDER BY since DESC, rowid DESC`);
  }

  /** From now on a plan has this decryption secret; those that it had stay known as its own. */
  assign(planId: string, name: StoredSecretName, since: string): void {
    // A new row, so that it is the newest also where the clock did not move.
    this.db.run(sql`DELETE FROM plan_secrets WHERE plan_id = ${planId} AND name = ${name}`);
    this.#ofPlans.insert({ planId, name, since });
  }
}
