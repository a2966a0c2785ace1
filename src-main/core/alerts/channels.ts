import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Alert, AlertChannel } from '../../../src-shared/model/alert.ts';
import type { MailSettings, Settings } from '../../../src-shared/model/settings.ts';
import { trimEndOf } from '../../../src-shared/words/trimmed.ts';
import type { DesktopNotification } from '../ports.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { webhookRequest } from './webhook-request.ts';

/** How long a server may take to answer, in milliseconds. */
const TIMEOUT_MS = 15_000;
const REDIRECTS = [301, 302, 307, 308];
const MOST_REDIRECTS = 3;

/** The moments that a Healthchecks-style address is pinged at. */
export type PingMoment = 'start' | 'success' | 'fail';

/** What the channels are made of. */
export interface ChannelPorts {
  settings(): Settings;
  secrets: SecretStore;
  notify: ((notification: DesktopNotification) => void) | undefined;
}

/** Carries alerts out of Snapkeep. Each way throws when the alert did not get through. */
export class Channels {
  readonly #ports: ChannelPorts;

  constructor(ports: ChannelPorts) {
    this.#ports = ports;
  }

  /** The ways an alert takes as things are set now. The end of trouble does not disturb anyone at the desktop. */
  inUse(alert: Alert): AlertChannel[] {
    const { desktopAlerts, mail } = this.#ports.settings();
    const channels: AlertChannel[] = [];
    if (desktopAlerts && this.#ports.notify !== undefined && alert.kind !== 'mended') channels.push('desktop');
    if (this.#ports.secrets.has('webhook-url')) channels.push('webhook');
    if (mail !== null) channels.push('mail');
    return channels;
  }

  /** @throws SnapkeepError `UNAVAILABLE` or `INVALID_PARAMS` */
  async send(channel: AlertChannel, alert: Alert): Promise<void> {
    if (channel === 'desktop') return this.#notify(alert);
    if (channel === 'webhook') return this.#postJson(alert);
    if (channel === 'mail') return this.#mail(alert);
    return this.ping(alert.planName, 'success');
  }

  /** Tells a Healthchecks-style address; nothing happens where none is set. */
  async ping(planName: string, moment: PingMoment): Promise<void> {
    const template = this.#ports.secrets.get('ping-url');
    if (template === undefined) return;
    await post(pingAddress(template, planName, moment));
  }

  #notify({ title, message, planId }: Alert): void {
    if (this.#ports.notify === undefined) throw notSet('This host cannot show notifications.');
    this.#ports.notify({ title, body: message, page: planId === null ? '/' : `/databases/${planId}` });
  }

  async #postJson(alert: Alert): Promise<void> {
    const url = this.#ports.secrets.get('webhook-url');
    if (url === undefined) throw notSet('No webhook is configured.');
    const request = webhookRequest(this.#ports.settings().webhookService, url, alert);
    await post(request.url, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request.body),
    });
  }

  async #mail(alert: Alert): Promise<void> {
    const { mail } = this.#ports.settings();
    if (mail === null) throw notSet('Mail is not configured.');
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: mail.host,
      port: mail.port,
      ...securityOf(mail),
      ...(mail.user === '' ? {} : { auth: { user: mail.user, pass: this.#ports.secrets.get('mail-password') ?? '' } }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
    try {
      await transport.sendMail({ from: mail.from, to: mail.to, subject: alert.title, text: textOf(alert) });
    } catch (error) {
      throw new SnapkeepError('UNAVAILABLE', `The mail could not be sent: ${firstLine(error)}`, {
        hint: 'Check server, port, username and password in the settings.',
        cause: error,
      });
    } finally {
      transport.close();
    }
  }
}

function securityOf({ security }: MailSettings): { secure: boolean; requireTLS?: boolean; ignoreTLS?: boolean } {
  if (security === 'tls') return { secure: true };
  return security === 'starttls' ? { secure: false, requireTLS: true } : { secure: false, ignoreTLS: true };
}

function textOf({ title, message, planName, since }: Alert): string {
  return `${title}\n\n${message}\n\nPlan: ${planName}\nSince: ${since}\n`;
}

/** The moment goes into the path: behind a query it would be part of a value. */
function pingAddress(template: string, planName: string, moment: PingMoment): string {
  const url = new URL(template.replaceAll('{plan}', encodeURIComponent(slug(planName))));
  const path = trimEndOf(url.pathname, '/');
  url.pathname = moment === 'success' ? path : `${path}/${moment}`;
  return url.href;
}

/**
 * Posts, also where the server says that the address is another one of its own. What is at another server is not
 * followed: it would get what was meant for the one that was entered.
 */
async function post(url: string, init: Pick<RequestInit, 'headers' | 'body'> = {}): Promise<void> {
  let address = url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await request(address, init);
    const location = REDIRECTS.includes(response.status) ? response.headers.get('location') : null;
    if (response.ok) return;
    if (location === null || !URL.canParse(location, address))
      throw new SnapkeepError('UNAVAILABLE', `${hostOf(address)} answered ${response.status}.`, {
        hint: 'Check the address.',
      });
    const next = new URL(location, address);
    if (next.origin !== new URL(address).origin) throw movedTo(address, next);
    address = next.href;
  }
  throw new SnapkeepError('UNAVAILABLE', `${hostOf(url)} redirects in a loop.`, { hint: 'Check the address.' });
}

function movedTo(address: string, next: URL): SnapkeepError {
  return new SnapkeepError('UNAVAILABLE', `${hostOf(address)} has moved to ${next.origin}${next.pathname}.`, {
    hint: 'Nothing was sent to the new address. If it is correct, enter it in the settings.',
  });
}

async function request(url: string, init: Pick<RequestInit, 'headers' | 'body'>): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { ...init, method: 'POST', redirect: 'manual', signal });
    await response.body?.cancel();
    return response;
  } catch (error) {
    // The address itself may be a secret, so only its host is named.
    throw new SnapkeepError('UNAVAILABLE', `${hostOf(url)} cannot be reached.`, {
      hint: 'Check the address and the network.',
      cause: error,
    });
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The address';
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

const notSet = (message: string) =>
  new SnapkeepError('INVALID_PARAMS', message, { hint: 'Set it up in the settings.' });
const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
