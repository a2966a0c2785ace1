import type { Alert, AlertChannel, UndeliveredAlert } from '../../../src-shared/model/alert.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { AlertRepo, QueuedAlert } from '../catalog/repos/alert-repo.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock, Log } from '../ports.ts';
import { isTimeToRetry, RETRY_LATER } from '../process/retry.ts';
import type { Channels } from './channels.ts';

/** What is older says nothing new: trouble that lasts is told again each day. Milliseconds: 7 days. */
const MOST_AGE_MS = 7 * DAY_MS;

/** What the delivery needs of the core. */
export interface DeliveryPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: Pick<AlertRepo, 'queue' | 'queued' | 'putOff' | 'unqueue'>;
  readonly channels: Pick<Channels, 'send'>;
  /** Has {@link AlertDelivery.deliver} called in the background. */
  begin(): void;
  /** An alert did not get through for the first time. */
  undelivered(channel: AlertChannel, message: string): void;
}

/**
 * Gets alerts through. They wait in the catalog, so that they outlive this process, and are tried again after pauses
 * that grow, each channel for itself.
 */
export class AlertDelivery {
  readonly #ports: DeliveryPorts;
  /** What a full disk kept out of the queue: told once anyway. */
  #unqueued: Array<{ channel: AlertChannel; alert: Alert }> = [];

  /** What was told, in case it cannot be taken out of the queue: a full disk must not have it told each minute. */
  readonly #told = new Set<number>();

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  /** Has an alert told over a channel as soon as it can be. */
  add(channel: AlertChannel, alert: Alert): void {
    try {
      this.#ports.queue.queue(channel, alert, this.#ports.clock.now().toISOString());
    } catch (error) {
      this.#ports.log.error('An alert could not be queued. It is sent once without retries.', { error });
      this.#unqueued.push({ channel, alert });
    }
    this.#ports.begin();
  }

  /** Has tried whatever is to be tried now. */
  tick(): void {
    this.#ports.begin();
  }

  /** Tries whatever is to be tried now. */
  async deliver(): Promise<void> {
    for (const { channel, alert } of this.#unqueued.splice(0)) await this.#send(channel, alert);
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const failure = await this.#send(next.channel, next.alert, next.tries === 0);
      if (failure !== null) this.#backOff(next, failure);
      else {
        this.#told.add(next.id);
        this.#ports.queue.unqueue(next.id);
        // Numbers are given out again.
        this.#told.delete(next.id);
      }
    }
  }

  /** What did not get through yet. */
  waiting(): UndeliveredAlert[] {
    return this.#ports.queue.queued().flatMap(({ channel, alert, createdAt, tries, nextAt, lastError }) => {
      if (tries === 0 || lastError === null) return [];
      return [{ channel, title: alert.title, createdAt, tries, nextTryAt: nextAt, error: lastError }];
    });
  }

  #next(): QueuedAlert | undefined {
    const now = this.#now();
    return this.#ports.queue
      .queued()
      .find(({ id, nextAt }) => !this.#told.has(id) && isTimeToRetry(Date.parse(nextAt), now));
  }

  /** Answers why it did not get through; `null`: it did. */
  async #send(channel: AlertChannel, alert: Alert, first = true): Promise<string | null> {
    try {
      await this.#ports.channels.send(channel, alert);
      return null;
    } catch (error) {
      const { message } = explainError(error, channel);
      this.#ports.log.warn(`An alert could not be delivered (${channel}). ${message}`, { error });
      if (first) this.#ports.undelivered(channel, message);
      return message;
    }
  }

  #backOff({ id, tries, createdAt, channel, alert }: QueuedAlert, lastError: string): void {
    const now = this.#now();
    if (now - Date.parse(createdAt) > MOST_AGE_MS) {
      this.#ports.log.error(`An alert could not be delivered for a week and was dropped: ${alert.title} (${channel}).`);
      this.#ports.queue.unqueue(id);
      return;
    }
    const nextAt = new Date(now + RETRY_LATER.pauseAfter(tries + 1)).toISOString();
    this.#ports.queue.putOff({ id, tries: tries + 1, nextAt, lastError });
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}
