import { z } from 'zod';

/**
 * A value of a row as JSON carries it, with its storage class: 1 is an integer, `{ real: 1 }` is not. `text` and `blob`
 * are the start of a value that is too long to be sent whole; `bytes` counts the whole value. `textBytes` is text that is
 * no valid UTF-8 or contains NUL, in base64.
 */
export const Cell = z.union([
  z.null(),
  z.int(),
  /** An integer beyond 2^53, in decimal digits. */
  z.strictObject({ integer: z.string().regex(/^-?\d{1,19}$/) }),
  z.strictObject({ real: z.union([z.number(), z.enum(['Infinity', '-Infinity'])]) }),
  z.string(),
  z.strictObject({ text: z.string(), bytes: z.int().nonnegative() }),
  z.strictObject({ textBytes: z.base64(), bytes: z.int().nonnegative() }),
  z.strictObject({ blob: z.base64(), bytes: z.int().nonnegative() }),
]);
export type Cell = z.infer<typeof Cell>;

/** The whole values, none of them cut, of the columns that identify a row, in the order of the table's key. */
export const RowKey = z.array(Cell).min(1).max(2000);
export type RowKey = z.infer<typeof RowKey>;
