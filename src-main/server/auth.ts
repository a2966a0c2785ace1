import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How long a login token for a window that is opened at once can be used, in milliseconds. */
const SHORT_LIFETIME = 60_000;

interface Login {
  /** Milliseconds on the clock of `Auth`. */
  readonly usableUntil: number;
  onUsed(): void;
}

/**
 * Decides who may talk to this server. A login token is worth one login; the session it gives lasts as long as the
 * process. Only hashes of both are held.
 */
export class Auth {
  readonly #logins = new Map<string, Login>();
  readonly #sessions = new Set<string>();
  readonly #now: () => number;

  /** @param now milliseconds on any clock that is never set */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Makes a login token that can be printed: it waits until it is used.
   * @param onUsed called once, before the session is answered
   */
  createLoginToken(onUsed: () => void = () => {}): string {
    return this.#addLogin({ usableUntil: Number.POSITIVE_INFINITY, onUsed });
  }

  /** Makes a login token that opens one window within a minute: a list of processes may show it. */
  createShortLoginToken(): string {
    return this.#addLogin({ usableUntil: this.#now() + SHORT_LIFETIME, onUsed: () => {} });
  }

  /** Exchanges a login token for a new session token; `undefined` when it was used before, is too old, or was never made. */
  logIn(loginToken: string): string | undefined {
    const key = digest(loginToken);
    const login = this.#logins.get(key);
    this.#logins.delete(key);
    if (login === undefined || this.#now() > login.usableUntil) return undefined;
    login.onUsed();
    const session = newToken();
    this.#sessions.add(digest(session));
    return session;
  }

  /** Whether a text is the token of a session. */
  isSession(token: string): boolean {
    return this.#sessions.has(digest(token));
  }

  /** Whether a request carries the token of a session. */
  isAuthorized({ authorization }: IncomingHttpHeaders): boolean {
    return authorization?.startsWith('Bearer ') === true && this.isSession(authorization.slice('Bearer '.length));
  }

  #addLogin(login: Login): string {
    const token = newToken();
    this.#logins.set(digest(token), login);
    return token;
  }
}

/**
 * Whether a request was meant for this server. A page on another name that resolves to this machine has another Host;
 * a page of another origin, another port of this machine included, has another Origin.
 */
export function isMeantForUs(headers: IncomingHttpHeaders, port: number): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return false;
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

const newToken = (): string => randomBytes(32).toString('base64url');
// Looking a hash up takes a time that says nothing about the token.
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
