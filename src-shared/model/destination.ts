import { z } from 'zod';
import { ErrorBody } from '../contract/errors.ts';
import { trimOf } from '../words/trimmed.ts';
import { KnownSpace, StorageGrowth } from './storage.ts';
import { Bytes, FilePath, Instant, Name } from './values.ts';

/** The providers whose endpoint and habits are known; `custom`: any other server that speaks S3. */
export const S3Provider = z.enum(['aws', 'minio', 'r2', 'b2', 'supabase', 'gcs', 'custom']);
export type S3Provider = z.infer<typeof S3Provider>;

/** How the server encrypts what it stores. */
export const ServerSideEncryption = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('s3') }),
  /** `keyId` `null`: the account's own key. */
  z.object({ kind: z.literal('kms'), keyId: z.string().min(1).max(2048).nullable() }),
]);

/** How long what is stored can be deleted by nobody (`COMPLIANCE`) or only by who is allowed to (`GOVERNANCE`). */
export const ObjectLock = z.object({
  mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  days: z.number().int().min(1).max(36_500),
});

/** The highest transfer rate in bytes per second; `null`: unlimited. */
const BandwidthLimit = z
  .number()
  .int()
  .min(1024)
  .max(10 ** 12)
  .nullable()
  .default(null);

/** A folder on a disk or share that the system has mounted. */
export const FolderSettings = z.object({
  kind: z.literal('folder'),
  path: FilePath,
  bytesPerSecond: BandwidthLimit,
});
export type FolderSettings = z.infer<typeof FolderSettings>;

/** A bucket of a server that speaks S3. Its keys are secrets and are not here. */
export const S3Settings = z.object({
  kind: z.literal('s3'),
  provider: S3Provider,
  /** `null`: the endpoint the SDK knows for AWS in this region. */
  endpoint: z.url({ protocol: /^https?$/ }).nullable(),
  region: z.string().trim().min(1).max(64),
  bucket: z
    .string()
    .trim()
    .regex(/^[\w.-]{3,63}$/),
  /** What every name is preceded by, for example `laptop/app`; no slash at either end. Empty: nothing. */
  prefix: z
    .string()
    .trim()
    .max(512)
    .transform((prefix) => trimOf(prefix, '/'))
    .default(''),
  /** The bucket is named in the path instead of in the host name. */
  pathStyle: z.boolean().default(true),
  /** The server refuses to replace an object when it is asked to (`If-None-Match`). */
  conditionalWrites: z.boolean().default(false),
  encryption: ServerSideEncryption.default({ kind: 'none' }),
  objectLock: ObjectLock.nullable().default(null),
  /** `stored`: the keys are in the store of secrets. `chain`: the environment, profiles and roles, as the SDK finds them. */
  credentials: z.enum(['stored', 'chain']).default('stored'),
  bytesPerSecond: BandwidthLimit,
});
export type S3Settings = z.infer<typeof S3Settings>;

/** The key of an SSH host as people compare it, for example `ssh-ed25519 SHA256:…`. */
export const HostKey = z.string().regex(/^[\w@.-]+ SHA256:[A-Za-z0-9+/]{43}$/);

/** A folder on an SSH server. Password and passphrase are secrets and are not here. */
export const SftpSettings = z.object({
  kind: z.literal('sftp'),
  host: z.string().trim().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(22),
  user: z.string().trim().min(1).max(255),
  /** The folder on the server; relative to where a login starts unless it begins with a slash. */
  path: FilePath,
  login: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('password') }),
    z.object({ kind: z.literal('key'), path: FilePath }),
    /** `socket` `null`: the agent that `SSH_AUTH_SOCK` names. */
    z.object({ kind: z.literal('agent'), socket: FilePath.nullable() }),
  ]),
  /** The key the host was pinned to; `null`: nobody has confirmed it yet, and nothing is sent. */
  hostKey: HostKey.nullable().default(null),
  bytesPerSecond: BandwidthLimit,
});
export type SftpSettings = z.infer<typeof SftpSettings>;

/** Where copies can be kept, without any secret. */
export const DestinationSettings = z.discriminatedUnion('kind', [FolderSettings, S3Settings, SftpSettings]);
export type DestinationSettings = z.infer<typeof DestinationSettings>;

/** What the self-test of a destination does, in this order; a step that fails ends it, but for the cleaning up. */
export const SelfTestStep = z.enum(['write', 'list', 'read', 'delete']);
export type SelfTestStep = z.infer<typeof SelfTestStep>;

/** What a self-test found. */
export const SelfTestReport = z.object({
  passed: z.boolean(),
  /** Whether its bucket or folder does not exist, and could be created. */
  missing: z.boolean().default(false),
  steps: z.array(
    z.object({
      step: SelfTestStep,
      /** `null`: it went well. */
      error: ErrorBody.nullable(),
      milliseconds: z.number().nonnegative(),
    }),
  ),
  /** `null`: the destination does not tell. */
  freeBytes: Bytes.nullable(),
  /** What is to be known of it, one sentence each. */
  warnings: z.array(z.string()),
});
export type SelfTestReport = z.infer<typeof SelfTestReport>;

/** A person's name for a destination. */
export const DestinationName = Name;

/** Where copies are kept, under the name people gave it. */
export const Destination = z.object({
  id: z.uuid(),
  name: DestinationName,
  settings: DestinationSettings,
  createdAt: Instant,
  updatedAt: Instant,
});
export type Destination = z.infer<typeof Destination>;

/** The secrets of a destination as they are entered; those left out stay as they are, and none is ever answered. */
export const DestinationSecretsInput = z.strictObject({
  /** S3. */
  accessKeyId: z.string().trim().min(1).max(1024).optional(),
  secretAccessKey: z.string().trim().min(1).max(4096).optional(),
  sessionToken: z.string().trim().min(1).max(8192).optional(),
  /** SFTP: of the login, and of the private key's file. */
  password: z.string().min(1).max(4096).optional(),
  passphrase: z.string().min(1).max(4096).optional(),
});
export type DestinationSecretsInput = z.infer<typeof DestinationSecretsInput>;

/** What is found at the location of a destination that is to be attached anew. */
export const ReattachPreview = z.object({
  label: z.string(),
  /** What marks it: nothing, this destination, another one, or a file that cannot be read. */
  marker: z.enum(['none', 'same', 'other', 'unreadable']),
  /** The number of files. */
  files: z.number().int().nonnegative(),
  /** How many snapshots the catalog knows to be stored there, and how many of them are. */
  snapshotsKnown: z.number().int().nonnegative(),
  snapshotsThere: z.number().int().nonnegative(),
  confirmation: z.string(),
});
export type ReattachPreview = z.infer<typeof ReattachPreview>;

/** How a destination stands, the worst first. `unavailable`: it cannot be reached, and what is to go there waits. */
export const DestinationState = z.enum(['failed', 'unavailable', 'untested', 'ready']);
export type DestinationState = z.infer<typeof DestinationState>;

/** A destination and how it stands, from the catalog alone: nothing is asked of it. */
export const DestinationSummary = z.object({
  destination: Destination,
  /** How sentences name it: the folder's path, `s3://bucket/prefix` or `sftp://user@host/path`. */
  label: z.string(),
  state: DestinationState,
  /** Why the state is what it is, as one sentence. */
  reason: z.string(),
  /** When the destination was last checked; `null`: never. */
  checkedAt: Instant.nullable(),
  /** When it last was. */
  reachedAt: Instant.nullable(),
  /** Its location is not marked as this destination: a person can attach it anew. */
  canReattach: z.boolean(),
  /** Snapshots that should be there and are not. */
  missingCopies: z.number().int().nonnegative(),
  /** The newest self-test; `null`: none yet. */
  lastTest: z.object({ at: Instant, report: SelfTestReport }).nullable(),
  /** The names of the secrets that are kept for it. */
  secretsKnown: z.array(z.string()),
  /** The plans that store to it. */
  plans: z.array(z.object({ id: z.uuid(), name: z.string() })),
  snapshotCount: z.number().int().nonnegative(),
  storedBytes: Bytes,
  /** What people deleted there and can put back. */
  trashedCopies: z.number().int().nonnegative(),
  trashedBytes: Bytes,
  /** `null`: it does not tell, or was not asked yet. */
  space: KnownSpace.nullable(),
  /** The bytes stored on up to 20 of the last 90 days, the trash included, oldest first; the last is now. */
  recentBytes: z.array(Bytes),
  /** `null`: not known for long enough. */
  growth: StorageGrowth.nullable(),
  /** Snapshots that are still to be copied to it. */
  waitingCopies: z.number().int().nonnegative(),
  /** When they are tried again by themselves; `null`: nothing waits, or a run is active. */
  nextTryAt: Instant.nullable(),
});
export type DestinationSummary = z.infer<typeof DestinationSummary>;

/** A folder that could become a destination. */
export const SuggestedFolder = z.object({
  /** It need not exist yet. */
  path: FilePath,
  /** The mount point that it is on, or the home folder. */
  volume: FilePath,
  kind: z.enum(['disk', 'network', 'removable', 'home']),
  /** `null`: unknown. */
  freeBytes: Bytes.nullable(),
  /** It is on the disk of a source. */
  sameDisk: z.boolean(),
});
export type SuggestedFolder = z.infer<typeof SuggestedFolder>;

/** Whether a folder is on the disk of a source. */
export const ComparedFolder = z.object({
  path: FilePath,
  /** Neither the folder nor the one around it can be reached when it is not. */
  available: z.boolean(),
  /** `null`: it is not available. */
  sameDisk: z.boolean().nullable(),
});
export type ComparedFolder = z.infer<typeof ComparedFolder>;
