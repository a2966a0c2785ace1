import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { EncryptionSecretsInput, SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import type { StoredIdentity } from '../engine/identify/identify-stored.ts';
import { type EncryptionSecret, readIdentity, requireRecipient } from '../engine/packing/encryption.ts';
import { type DatabaseKey, withSettings } from '../engine/sqlite/database-key.ts';
import type { RunHandle } from '../runs/run-work.ts';

/** What is known of a stored file before it is opened. */
export interface KnownOfFile {
  /** `null`: there is none, or it is damaged. */
  readonly manifest: Manifest | null;
  readonly encrypted: boolean;
}

/** What is known of a file after it was identified. */
export function knownOf({ content, manifest }: Pick<StoredIdentity, 'content' | 'manifest'>): KnownOfFile {
  return { manifest, encrypted: content === 'age' };
}

/** What the catalog knows of a snapshot's file. */
export function knownOfSnapshot(manifest: Manifest): KnownOfFile {
  return { manifest, encrypted: manifest.encryption !== null };
}

/** What is tried on a stored file. */
export interface DecryptionSecrets {
  keys: DatabaseKey[];
  encryptionSecrets: EncryptionSecret[];
  /** The key that was given, where it is one of the database and not of the encryption around it. */
  given: DatabaseKey | undefined;
}

/**
 * What to try on a stored file: what was given, or what is kept, the likeliest first. A key that was given for an encrypted
 * file may be for its encryption or for the database in it; the other one is then looked for in what is kept.
 * @param known what was found out already; a worker process looks at any other file
 * @throws SnapkeepError also when the file cannot be read, `TOO_NEW` for its manifest
 */
export async function decryptionSecretsOfFile(
  core: CoreContext,
  { path, known }: { path: string; known: KnownOfFile | undefined },
  run: Pick<RunHandle, 'stagingFolder' | 'signal'>,
  given?: DatabaseKey,
): Promise<DecryptionSecrets> {
  const { manifest, encrypted } = known ?? knownOf(await core.runInWorker('identify', { path }, run));
  const { databaseEncryption = null, plan } = manifest ?? {};
  const keys = core.keys.all(databaseEncryption);
  const encryptionSecrets = core.encryptions.all(plan?.id);
  if (given === undefined) return { keys, encryptionSecrets, given: undefined };
  const hinted = databaseEncryption ? withSettings(given, databaseEncryption.settings) : given;
  if (!encrypted) return { keys: [hinted], encryptionSecrets: [], given: hinted };
  const others = keys.filter(({ fingerprint }) => fingerprint !== given.fingerprint);
  return {
    keys: [hinted, ...others],
    encryptionSecrets: [await core.encryptions.read(given.text), ...encryptionSecrets],
    given: databaseEncryption?.key === given.fingerprint ? hinted : undefined,
  };
}

/**
 * Whether what is encrypted so can be opened here: what is encrypted for recipients needs the identity of one of them.
 * @param given beside what is kept
 */
export function opensHere(
  { encryptions }: Pick<CoreContext, 'encryptions'>,
  encryption: SnapshotEncryption,
  given: readonly EncryptionSecret[] = [],
): boolean {
  if (encryption?.kind !== 'recipients') return true;
  const { recipients } = encryption;
  return [...given, ...encryptions.all()].some(
    ({ kind, fingerprint }) => kind === 'identity' && recipients.includes(fingerprint),
  );
}

/** What a plan's snapshots are encrypted with; empty where that is no secret, or is not known. */
export function encryptionSecretsOfPlan(
  core: CoreContext,
  planId: string | null,
  encryption: SnapshotEncryption,
): EncryptionSecret[] {
  if (planId === null || encryption?.kind !== 'passphrase') return [];
  return [core.encryptions.passphraseOf(planId) ?? []].flat();
}

/**
 * What encrypts for a plan, first, and what may open what is encrypted. A passphrase that is not known is never made up for
 * by another.
 */
export function readingSecretsOfPlan(
  core: CoreContext,
  planId: string | null,
  encryption: SnapshotEncryption,
): EncryptionSecret[] {
  const own = encryptionSecretsOfPlan(core, planId, encryption);
  if (encryption?.kind === 'passphrase' && own.length === 0) return [];
  return [...own, ...core.encryptions.all(planId)];
}

/**
 * What a plan encrypts with, in words that only compare; `null`: it does not encrypt. Another passphrase is another.
 */
export function encryptedWith(core: CoreContext, { id, encryption }: Pick<Plan, 'id' | 'encryption'>): string | null {
  if (encryption === null) return null;
  if (encryption.kind === 'recipients') return encryption.recipients.toSorted().join(' ');
  return encryptionSecretsOfPlan(core, id, encryption)[0]?.fingerprint ?? 'unknown';
}

/**
 * Checks how a plan encrypts and with what. The answer is stored with the plan once it is saved.
 * @param planId `null`: the plan is new
 * @throws SnapkeepError `INVALID_PARAMS`
 */
export async function readPlanEncryption(
  core: Pick<CoreContext, 'encryptions'>,
  planId: string | null,
  encryption: SnapshotEncryption,
  given: EncryptionSecretsInput = {},
): Promise<EncryptionSecret[]> {
  if (encryption?.kind === 'recipients')
    for (const recipient of encryption.recipients) await requireRecipient(recipient);
  const secrets: EncryptionSecret[] = [];
  if (given.passphrase !== undefined) {
    if (encryption?.kind !== 'passphrase') throw uncalledFor('passphrase', 'encrypt its snapshots with a passphrase');
    secrets.push(await core.encryptions.readPassphrase(given.passphrase));
  } else if (
    encryption?.kind === 'passphrase' &&
    (planId === null || core.encryptions.passphraseOf(planId) === undefined)
  ) {
    throw new SnapkeepError('INVALID_PARAMS', 'No passphrase to encrypt the snapshots with.', {
      hint: 'Enter one of at least 8 characters, and keep it where you will find it without this machine.',
    });
  }
  if (given.identity !== undefined) {
    if (encryption?.kind !== 'recipients') throw uncalledFor('identity', 'encrypt its snapshots for recipients');
    const identity = await readIdentity(given.identity);
    if (!encryption.recipients.includes(identity.fingerprint)) {
      throw new SnapkeepError('INVALID_PARAMS', 'This identity does not belong to any of these recipients.', {
        hint: `It belongs to ${identity.fingerprint}. Enter the identity of one of the recipients, or add this one as a recipient.`,
      });
    }
    secrets.push(identity);
  }
  return secrets;
}

function uncalledFor(what: string, condition: string): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `This plan does not ${condition}, so it needs no ${what}.`, {
    hint: `Remove the ${what}, or choose how the snapshots are encrypted.`,
  });
}
