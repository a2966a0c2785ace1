import { z } from 'zod';

/** A piece of a script in SQL, too long to be sent at once. */
export const SqlPiece = z.strictObject({
  sql: z.string(),
  /** The `offset` of the next piece; `null`: this was the last. */
  next: z.int().nonnegative().nullable(),
});
export type SqlPiece = z.infer<typeof SqlPiece>;
