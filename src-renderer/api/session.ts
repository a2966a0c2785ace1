import { type ErrorBody, SnapkeepError } from '../../src-shared/contract/errors.ts';

const KEY = 'snapkeep.session';
const inAddress = /^#token=([\w-]+)$/;

/**
 * The session of a window in a browser. Its token is in the local storage of this origin, port included, so all windows
 * of one server share it and no other server gets it.
 */
export class BrowserSession {
  readonly #listeners = new Set<() => void>();

  constructor() {
    // Another window of this browser has logged in, or its session has ended.
    window.addEventListener('storage', (event) => {
      if (event.key === KEY || event.key === null) this.#announce();
    });
    // Opening an address with a token in an existing window changes only the part after “#”.
    window.addEventListener('hashchange', (event) => {
      if (!inAddress.test(location.hash)) return;
      // It is no page: whoever follows the address would replace it.
      event.stopImmediatePropagation();
      location.reload();
    });
  }

  /** The token of the session; `null`: a login is required. */
  get token(): string | null {
    return localStorage.getItem(KEY);
  }

  /** Calls back whenever the token has changed; the answer stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes a login token out of the window's address and logs in with it.
   * @throws SnapkeepError as `logIn`
   */
  async logInFromAddress(): Promise<void> {
    const token = inAddress.exec(location.hash)?.[1];
    if (token === undefined) return;
    history.replaceState(null, '', location.pathname);
    await this.logIn(token);
  }

  /**
   * Exchanges a login token for a session.
   * @param given the token, or the address it is in
   * @throws SnapkeepError `PERMISSION` when the token is worth nothing, `UNAVAILABLE` when the server does not answer
   */
  async logIn(given: string): Promise<void> {
    const token = given.trim().replace(/^.*#token=/, '');
    const answer = await post({ token });
    if (!answer.ok) throw SnapkeepError.fromBody(answer.error);
    localStorage.setItem(KEY, answer.result.session);
    this.#announce();
  }

  /** Discards a refused token, unless another window has stored a new one. */
  refused(token: string): void {
    if (this.token !== token) return;
    localStorage.removeItem(KEY);
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

type LoginAnswer = { ok: true; result: { session: string } } | { ok: false; error: ErrorBody };

async function post(body: { token: string }): Promise<LoginAnswer> {
  try {
    const response = await fetch(new URL('login', document.baseURI), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as LoginAnswer;
  } catch (cause) {
    throw new SnapkeepError('UNAVAILABLE', 'Snapkeep server not responding.', {
      hint: 'Check that the server is running, and try again.',
      cause,
    });
  }
}

/** The session of this window. The desktop application needs none: it speaks over its own bridge. */
export const browserSession = new BrowserSession();
