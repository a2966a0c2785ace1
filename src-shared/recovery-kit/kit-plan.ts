import type { AttachedFile } from '../model/attached-file.ts';
import type { DatabaseEncryption } from '../model/database-encryption.ts';
import type { DestinationSettings } from '../model/destination.ts';
import type { SnapshotEncryption } from '../model/encryption.ts';
import type { SourceKind } from '../model/source.ts';
import type { BackupMethod, Compression } from '../model/values.ts';
import { exampleOfPattern, hasId } from '../rules/names/name-pattern.ts';
import { contentListExtension, extensionFor } from '../rules/names/naming.ts';

/** A destination as the kit describes it. */
export interface KitDestination {
  name: string;
  label: string;
  settings: DestinationSettings;
}

/** A plan and what its snapshots have been made with. No secret is among it. */
export interface KitPlan {
  name: string;
  sourceKind: SourceKind;
  sourcePath: string;
  namePattern: string;
  /** What is stored beside the database, or alone. */
  attachedFiles: AttachedFile[];
  compression: Compression;
  method: BackupMethod;
  encryption: SnapshotEncryption;
  /** How the plan's snapshots are encrypted, each once, the newest first; empty: none is. */
  databaseEncryptions: DatabaseEncryption[];
  /** How its snapshots are encrypted, now and before. */
  formerEncryptions: ('passphrase' | 'recipients')[];
  /** The fingerprints of the passphrases it has had, the newest first. */
  passphrases: string[];
  destinations: KitDestination[];
}

/** What the names of its snapshots end in now. */
const endingOf = ({ sourceKind, compression, encryption, method }: KitPlan): string =>
  sourceKind === 'files'
    ? contentListExtension(encryption !== null)
    : extensionFor(compression, encryption !== null, method === 'dump');

/** What the names of its snapshots look like. */
export function namesOf(plan: KitPlan): string {
  const more = hasId(plan.namePattern)
    ? ''
    : ', with six more letters and digits before the ending if that name is taken';
  return `${exampleName(plan)}${more}, or a custom name with that ending`;
}

export const exampleName = (plan: KitPlan): string => exampleOfPattern(plan.namePattern, plan.name) + endingOf(plan);
