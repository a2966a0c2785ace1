import type { Socket } from 'node:net';

/** Browsers open a few connections per window, each for moments. */
const MOST_WITHOUT_SESSION = 100;

/**
 * Limits how many connections are open that have shown no session: each one more closes the oldest. So those who open
 * many and leave them, or do not read what they are sent, use up neither memory nor open files, and somebody new is
 * always answered.
 */
export class ConnectionLimit {
  /** The oldest first. */
  readonly #withoutSession = new Set<Socket>();

  /** Takes a new connection. */
  add(socket: Socket): void {
    this.#withoutSession.add(socket);
    socket.once('close', () => this.#withoutSession.delete(socket));
    if (this.#withoutSession.size <= MOST_WITHOUT_SESSION) return;
    const [oldest] = this.#withoutSession;
    oldest?.destroy();
  }

  /** Stops counting a connection that has shown a session. */
  release(socket: Socket): void {
    this.#withoutSession.delete(socket);
  }
}
