import { z } from 'zod';

/**
 * What a plan or a snapshot is about: a database, with or without companions; or `files`, which are its companions
 * alone. The source of such a plan is its first companion.
 */
export const SourceKind = z.enum(['database', 'files']);
export type SourceKind = z.infer<typeof SourceKind>;
