import { z } from 'zod';
import { Bytes, FileHolder, FilePath, Instant } from './values.ts';

/** What a program makes again when it is lost: such databases are listed apart from the others. */
export const FoldedAs = z.enum(['cache', 'thumbnails', 'telemetry', 'website-data', 'search-index', 'system', 'trash']);
export type FoldedAs = z.infer<typeof FoldedAs>;

/**
 * Where a found database stands: without a plan, in a plan, ignored by a person, or folded away because its program
 * makes it again. The first that applies of: in a plan, ignored, folded.
 */
export const FoundState = z.enum(['no-plan', 'planned', 'ignored', 'folded']);
export type FoundState = z.infer<typeof FoundState>;

/** A database as a search has found it, known by its first bytes. */
export const FoundFile = z.object({
  path: FilePath,
  /** A guess by its path; `null`: none. */
  program: z.string().nullable(),
  sizeBytes: Bytes,
  /** The size of the write-ahead log beside it; 0 without one. */
  walBytes: Bytes,
  /** The last change of the file or its log; `null`: the file system tells no plausible date. */
  modifiedAt: Instant.nullable(),
  /** `possible`: nothing in the file tells an encrypted database from other random bytes. */
  encryption: z.enum(['none', 'possible']),
  /** As far as this user may see. */
  openBy: z.array(FileHolder),
  foldedAs: FoldedAs.nullable(),
  /** The template for the program whose database it is; `null`: none. */
  templateId: z.string().nullable(),
});
export type FoundFile = z.infer<typeof FoundFile>;

/** A found database and where it stands. */
export const FoundDatabase = z.object({
  ...FoundFile.shape,
  state: FoundState,
  /** The plan that backs it up, by its path or as another hard link. */
  plan: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  suggestedPlanName: z.string(),
});
export type FoundDatabase = z.infer<typeof FoundDatabase>;

/** Why a search ended before everything was read. */
export const FindLimit = z.enum(['depth', 'files', 'time', 'databases']);
export type FindLimit = z.infer<typeof FindLimit>;

const count = z.number().int().nonnegative();

/** What a search has read, and what it has skipped. */
export const FindReport = z.object({
  /** `null`: the folders where programs keep data. */
  folders: z.array(FilePath).nullable(),
  filesRead: count,
  foldersRead: count,
  skipped: z.object({
    /** Files and folders that this user may not read. */
    unreadable: count,
    /** Sockets, pipes and devices. */
    special: count,
    /** Symbolic links. */
    links: count,
    networkMounts: count,
    /** Mounts without data of programs, such as `/proc`, and read-only images. */
    virtualMounts: count,
    /** Folders that hold no data of programs, such as `node_modules`, and Snapkeep’s own. */
    byRule: count,
  }),
  limits: z.array(FindLimit),
});
export type FindReport = z.infer<typeof FindReport>;

/** How many of the found databases are in each state. */
export const FoundCounts = z.record(FoundState, count);
export type FoundCounts = z.infer<typeof FoundCounts>;

/** The last search. */
export const LastSearch = z.object({ runId: z.uuid(), at: Instant, report: FindReport });
export type LastSearch = z.infer<typeof LastSearch>;
