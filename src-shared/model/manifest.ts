import { z } from 'zod';
import { StoredAttachedFile } from './attached-file.ts';
import { DatabaseEncryption } from './database-encryption.ts';
import { SnapshotEncryption } from './encryption.ts';
import { Retention } from './retention.ts';
import { Schedule, TimeZone } from './schedule.ts';
import { Tags } from './tags.ts';
import { Bytes, Compression, FilePath, Instant, Sha256, TableRows } from './values.ts';

/** The manifest format that this version writes and reads. */
export const MANIFEST_FORMAT = 1;

/** What the name of a snapshot's file is followed by to name its manifest. */
export const MANIFEST_SUFFIX = '.manifest.json';

/** What made it: a person, a command, a schedule, or a restore that first kept what it replaced. */
export const SnapshotTrigger = z.enum(['manual', 'command', 'schedule', 'before-restore']);
export type SnapshotTrigger = z.infer<typeof SnapshotTrigger>;

/** Snapshots of other databases that show the same instant. */
export const TakenWith = z.array(z.object({ snapshotId: z.uuid(), planName: z.string() }));
export type TakenWith = z.infer<typeof TakenWith>;

/** What a manifest records of its plan's settings, so that a lost plan can be rebuilt. */
export const RecordedPlanSettings = z.object({
  schedule: Schedule,
  timeZone: TimeZone,
  retention: Retention,
  /** None where they are not tags: others could have written them, and they are no reason to refuse a manifest. */
  tags: Tags.catch([]),
});
export type RecordedPlanSettings = z.infer<typeof RecordedPlanSettings>;

/**
 * The file beside each snapshot that says all there is to know of it, so that a destination needs no catalog.
 * A reader first looks at `format` alone: see {@link ManifestFormat}.
 */
export const Manifest = z
  .object({
    format: z.literal(MANIFEST_FORMAT),
    id: z.uuid(),
    /** The name of the snapshot's file, in the folder of this manifest. */
    name: z.string().min(1),
    /** The service whose run made it, and the run; `null`: another program did. Others could have written it: it proposes, and the catalog decides. */
    service: z.object({ id: z.uuid(), runId: z.uuid() }).nullable(),
    plan: z.object({ id: z.uuid().nullable(), name: z.string(), settings: RecordedPlanSettings.nullable() }),
    /** `mode`: the permission bits of a database's file; `null`: not known. */
    source: z.object({
      path: FilePath,
      name: z.string(),
      mode: z.number().int().min(0).max(0o777).nullable().default(null),
    }),
    trigger: SnapshotTrigger,
    /** The snapshots of other databases that were taken at the same instant, and so belong together with this one. */
    takenWith: TakenWith,
    /** `online-backup`: pages copied unchanged under one read transaction. `vacuum-into`: rewritten without gaps. `sql-dump`: SQL statements that make the database. `file-copy`: the bytes of a file SQLite could not read. `files`: there is no database; all that matters are the attached files. */
    method: z.enum(['online-backup', 'vacuum-into', 'file-copy', 'sql-dump', 'files']),
    startedAt: Instant,
    /** The instant whose content the snapshot holds. */
    createdAt: Instant,
    compression: Compression,
    /**
     * Present where another program packed it otherwise than snapshots are: with xz, several times, or in an archive.
     * It is unpacked by what its bytes say. `entry`: the file in the archive that is the database; `null`: there is no archive.
     */
    wrapping: z.object({ entry: z.string().nullable() }).optional(),
    stored: z.object({ bytes: Bytes, sha256: Sha256 }),
    /** What the stored file unpacks to: the database, the text of a dump, or the list of contents of a snapshot of files. */
    image: z.object({ bytes: Bytes, sha256: Sha256 }),
    /**
     * Of the stored database, which opens with the key it was made with; `null`: it is not encrypted. A dump is plain
     * text, and the database that is made of it gets this key.
     */
    databaseEncryption: DatabaseEncryption.nullable(),
    /**
     * How the stored file is encrypted; `null`: it is not. The passphrase has no fingerprint here, for one would be cheaper
     * to guess at than the encryption itself.
     */
    encryption: SnapshotEncryption,
    /** `null`: it is a snapshot of files alone. */
    database: z
      .object({
        pageSize: z.number().int(),
        pageCount: z.number().int().nonnegative(),
        journalMode: z.string(),
        userVersion: z.number().int(),
        applicationId: z.number().int(),
        schemaHash: Sha256,
        tables: z.array(TableRows),
      })
      .nullable(),
    /** What the plan's question for the version of the schema was answered; readers that know no such question may pass it over. */
    schemaVersion: z.string().nullable(),
    /** What was stored beside it, in the same folder. A snapshot is whole only with all of them. */
    attachedFiles: z.array(StoredAttachedFile),
    versions: z.object({ sqlite: z.string(), snapkeep: z.string() }),
  })
  .refine(({ method, database }) => (method === 'files') === (database === null), {
    message: 'Only a snapshot of files has no database.',
  });
export type Manifest = z.infer<typeof Manifest>;

/** The one part of a manifest that every version understands. */
export const ManifestFormat = z.object({ format: z.number().int().positive() });
