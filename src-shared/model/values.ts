import { z } from 'zod';

/** An instant as an ISO 8601 string in UTC, for example `2026-11-20T02:00:00.000Z`. */
export const Instant = z.iso.datetime();

/** A size or an amount in bytes. */
export const Bytes = z.number().int().nonnegative();

/** An absolute path on the machine the core runs on. Whether it is absolute is checked by the core, which knows the platform. */
export const FilePath = z.string().min(1).max(4096);

/** A lower-case hexadecimal SHA-256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** How a snapshot is stored: gzip members, zstd frames, or the bare database image. */
export const Compression = z.enum(['gz', 'zst', 'none']);
export type Compression = z.infer<typeof Compression>;

/**
 * How the content of a database gets into a snapshot. `online`: page by page while programs write. `compact`: rewritten
 * without gaps (VACUUM INTO). `dump`: as SQL statements.
 */
export const BackupMethod = z.enum(['online', 'compact', 'dump']);
export type BackupMethod = z.infer<typeof BackupMethod>;

/** A table and how many rows it has; `null`: SQLite cannot count them here. */
export const TableRows = z.object({ name: z.string(), rows: z.number().int().nonnegative().nullable() });
export type TableRows = z.infer<typeof TableRows>;

/** A program that has a file open. */
export const FileHolder = z.object({ pid: z.number().int(), name: z.string() });
export type FileHolder = z.infer<typeof FileHolder>;

/** The programs whose ways of backing up are known. */
export const KnownProgram = z.enum(['hone', 'portunus', 'openmemory', 'soundbox', 'pisovereign']);
export type KnownProgram = z.infer<typeof KnownProgram>;

/** The name that a person gives to a plan, a group, a destination or a template. */
export const Name = z.string().trim().min(1).max(200);
