import { z } from 'zod';

/** The first frame on a WebSocket: shows the session. Frames of the contract follow once it is accepted. */
export const SessionFrame = z.strictObject({ type: z.literal('session'), token: z.string() });
export type SessionFrame = z.infer<typeof SessionFrame>;

/** The server's first frame: the session is accepted. */
export const SessionAccepted = z.object({ type: z.literal('session-accepted') });
export type SessionAccepted = z.infer<typeof SessionAccepted>;

/** The code a WebSocket is closed with when it showed no session of this server. */
export const SESSION_REFUSED = 4401;

/** What `POST /login` takes. */
export const LoginRequest = z.strictObject({ token: z.string().max(200) });
