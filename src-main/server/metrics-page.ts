import type { FastifyReply } from 'fastify';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { metricsOf } from '../../src-shared/rules/state/metrics.ts';
import type { Core } from '../core/core.ts';
import { refuse } from './refusals.ts';

/** How long figures are answered again before they are worked out anew, in milliseconds. */
const FRESH_FOR = 5_000;

/** How often they may be asked for within `WINDOW`, by everybody together. */
const MOST_REQUESTS = 60;
/** In milliseconds. */
const WINDOW = 10_000;

/** Answers figures to collectors, which need no session: however often they ask, the catalog is read every few seconds. */
export class MetricsPage {
  readonly #core: Core;
  readonly #now: () => number;
  #text: Promise<string> | undefined;
  #madeAt = 0;
  #windowStart = 0;
  #requests = 0;

  /** @param now milliseconds since 1970 */
  constructor(core: Core, now: () => number) {
    this.#core = core;
    this.#now = now;
  }

  /** Sends the figures, or 429 when they are asked for too often. */
  async send(reply: FastifyReply): Promise<FastifyReply> {
    if (!this.#takeTurn()) {
      const tooOften = new SnapkeepError('BUSY', 'Too many requests for metrics.', {
        hint: `Request them at most ${MOST_REQUESTS} times in ${WINDOW / 1000} seconds.`,
      });
      return refuse(reply.header('Retry-After', String(WINDOW / 1000)), 429, tooOften);
    }
    const text = await this.#fresh();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  }

  #takeTurn(): boolean {
    const now = this.#now();
    // A clock that was set back begins anew.
    if (now - this.#windowStart >= WINDOW || now < this.#windowStart) {
      this.#windowStart = now;
      this.#requests = 0;
    }
    this.#requests += 1;
    return this.#requests <= MOST_REQUESTS;
  }

  #fresh(): Promise<string> {
    const now = this.#now();
    if (this.#text === undefined || now - this.#madeAt >= FRESH_FOR || now < this.#madeAt) {
      this.#madeAt = now;
      const made = this.#core.call('plans.list', {}).then((plans) => metricsOf(plans, now));
      this.#text = made;
      // What failed is asked for again the next time.
      made.catch(() => {
        if (this.#text === made) this.#text = undefined;
      });
    }
    return this.#text;
  }
}
