import { z } from 'zod';
import { ErrorBody } from './errors.ts';

/** What a client sends. The same on every transport; the payloads are JSON. */
export const ClientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('request'),
    id: z.number().int().nonnegative(),
    method: z.string(),
    params: z.unknown(),
  }),
  z.strictObject({ type: z.literal('cancel'), id: z.number().int().nonnegative() }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** What answers a request: a result or an error, never neither. */
export const Answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: ErrorBody }),
]);
export type Answer = z.infer<typeof Answer>;

/**
 * What a core sends. `revision` grows by one with each event of a connection, so that a gap is noticed. A response has the
 * revision at which its request arrived: events up to it are in the result, later ones may not be.
 */
export const CoreFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('response'), id: z.number().int(), revision: z.number().int(), answer: Answer }),
  z.object({ type: z.literal('event'), revision: z.number().int(), name: z.string(), payload: z.unknown() }),
]);
export type CoreFrame = z.infer<typeof CoreFrame>;
