import type { Params } from '../../../src-shared/contract/methods.ts';

/** Where a value stands: in a row, or in a file. */
export type ValuePlace =
  | { method: 'browse.value'; params: Omit<Params<'browse.value'>, 'offset' | 'length'> }
  | { method: 'browse.file'; params: Omit<Params<'browse.file'>, 'offset' | 'length'> };

/** How much of a text or of bytes is shown at a time. */
export const PART = 262_144;
/** The first part is longer: most images are whole in it. It can be divided by three, so that base64 of parts can be joined. */
export const FIRST_PART = 1_048_575;
