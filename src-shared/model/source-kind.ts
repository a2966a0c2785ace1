import { z } from 'zod';

/**
 * What a plan or a snapshot is about: a database, with or without attached files; or `files`, which are its attached files
 * alone. The source of such a plan is its first attached file.
 */
export const SourceKind = z.enum(['database', 'files']);
export type SourceKind = z.infer<typeof SourceKind>;
