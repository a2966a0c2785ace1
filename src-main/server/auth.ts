import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The cookie that stands for the token once the window is open. */
export const SESSION_COOKIE = 'snapkeep_session';

/** How long a login code can be used, in milliseconds. */
const CODE_LIFETIME = 60_000;

/** Decides who may talk to this server. */
export class Auth {
  /** The long-lived secret of this start. */
  readonly token = randomBytes(32).toString('base64url');
  // The cookie is a secret of its own, so that the one that was in an address is worth nothing later on.
  readonly #session = randomBytes(32).toString('base64url');
  readonly #codes = new Map<string, number>();
  readonly #now: () => number;

  /** @param now milliseconds on any clock */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A code that opens one window within a minute: it may be seen in a list of processes, the token may not. */
  createLoginCode(): string {
    const code = randomBytes(32).toString('base64url');
    this.#codes.set(digest(code), this.#now() + CODE_LIFETIME);
    return code;
  }

  /** Exchanges the token, or a code that has not been used, for the value of the cookie. */
  exchange(given: { token?: string | undefined; code?: string | undefined }): string | undefined {
    if (given.token !== undefined && sameSecret(given.token, this.token)) return this.#session;
    if (given.code === undefined) return undefined;
    const key = digest(given.code);
    const until = this.#codes.get(key);
    this.#codes.delete(key);
    return until !== undefined && this.#now() <= until ? this.#session : undefined;
  }

  /** Whether a request carries the cookie or the token. */
  isKnown(cookie: string | undefined, authorization: string | undefined): boolean {
    if (cookie !== undefined && sameSecret(cookie, this.#session)) return true;
    return authorization?.startsWith('Bearer ') === true && sameSecret(authorization.slice(7), this.token);
  }
}

/**
 * Whether a request was meant for this server. A page on another name that resolves to this machine has another Host;
 * a page of another origin has another Origin.
 */
export function isMeantForUs(headers: IncomingHttpHeaders, port: number): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return false;
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(expected)));
}
