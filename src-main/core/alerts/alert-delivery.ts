import type { Alert, AlertChannel, UndeliveredAlert } from '../../../src-shared/model/alert.ts';
import { aged } from '../../../src-shared/retention/counted-age.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { QueuedAlert } from '../catalog/repos/alert-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { isTimeToRetry, RETRY_LATER } from '../process/retry.ts';

/** What is older says nothing new: trouble that lasts is reported again each day. Milliseconds: 7 days. */
const MOST_AGE_MS = 7 * DAY_MS;

type Parts = Pick<CoreContext, 'background' | 'catalog' | 'channels' | 'clock' | 'events' | 'log'>;

/**
 * Gets alerts through. They wait in the catalog, so that they outlive this process, and are tried again after pauses
 * that grow, each channel for itself.
 */
export class AlertDelivery {
  readonly #parts: Parts;
  /** What a full disk kept out of the queue: told once anyway. */
  #unqueued: Array<{ channel: AlertChannel; alert: Alert }> = [];

  /** What was told, in case it cannot be taken out of the queue: a full disk must not have it told each minute. */
  readonly #told = new Set<number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Has an alert told over a channel as soon as it can be. */
  add(channel: AlertChannel, alert: Alert): void {
    try {
      this.#parts.catalog.alerts.queue(channel, alert, this.#parts.clock.now().toISOString());
    } catch (error) {
      this.#parts.log.error('An alert could not be queued. It is sent once without retries.', { error });
      this.#unqueued.push({ channel, alert });
    }
    this.tick();
  }

  /** Has tried whatever is to be tried now. */
  tick(): void {
    this.#parts.background.append('delivery of alerts', () => this.#deliver());
  }

  async #deliver(): Promise<void> {
    for (const { channel, alert } of this.#unqueued.splice(0)) await this.#send(channel, alert);
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const failure = await this.#send(next.channel, next.alert, next.tries === 0);
      if (failure !== null) this.#backOff(next, failure);
      else {
        this.#told.add(next.id);
        this.#parts.catalog.alerts.unqueue(next.id);
        // Numbers are given out again.
        this.#told.delete(next.id);
      }
    }
  }

  /** What did not get through yet. */
  waiting(): UndeliveredAlert[] {
    return this.#parts.catalog.alerts.queued().flatMap(({ channel, alert, createdAt, tries, nextAt, lastError }) => {
      if (tries === 0 || lastError === null) return [];
      return [{ channel, title: alert.title, createdAt, tries, nextTryAt: nextAt, error: lastError }];
    });
  }

  #next(): QueuedAlert | undefined {
    const now = this.#now();
    return this.#parts.catalog.alerts
      .queued()
      .find(({ id, nextAt }) => !this.#told.has(id) && isTimeToRetry(Date.parse(nextAt), now));
  }

  /** Answers why it did not get through; `null`: it did. */
  async #send(channel: AlertChannel, alert: Alert, first = true): Promise<string | null> {
    try {
      await this.#parts.channels.send(channel, alert);
      return null;
    } catch (error) {
      const { message } = explainError(error, channel);
      this.#parts.log.warn(`An alert could not be delivered (${channel}). ${message}`, { error });
      if (first) this.#parts.events.emit('alerts.undelivered', { channel, message });
      return message;
    }
  }

  #backOff(queued: QueuedAlert, lastError: string): void {
    const now = this.#now();
    const { id, channel, alert } = queued;
    const age = aged(queued, now);
    if (age.ageMs > MOST_AGE_MS) {
      this.#parts.log.error(`An alert could not be delivered for a week and was dropped: ${alert.title} (${channel}).`);
      this.#parts.catalog.alerts.unqueue(id);
      return;
    }
    const tries = queued.tries + 1;
    const nextAt = new Date(now + RETRY_LATER.pauseAfter(tries)).toISOString();
    this.#parts.catalog.alerts.putOff({ ...queued, ...age, tries, nextAt, lastError });
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}
