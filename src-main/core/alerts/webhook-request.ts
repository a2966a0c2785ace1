import type { Alert } from '../../../src-shared/model/alert.ts';
import type { WebhookService } from '../../../src-shared/model/settings.ts';

/** The limits of the services, in characters. */
const DISCORD_TITLE = 256;
const DISCORD_TEXT = 4096;
const TELEGRAM_TEXT = 4096;
const NTFY_TEXT = 1000;

/** A request that carries an alert. */
export interface WebhookRequest {
  url: string;
  body: unknown;
}

/**
 * Returns an alert as a service expects it.
 * @param url the address that was entered; for Telegram it contains the bot token, and the chat in `chat_id`
 */
export function webhookRequest(service: WebhookService, url: string, alert: Alert): WebhookRequest {
  const { title, message, kind } = alert;
  switch (service) {
    case 'json':
      return { url, body: { application: 'Snapkeep', ...alert } };
    case 'slack':
      return { url, body: { text: `*${escaped(title)}*\n${escaped(message)}` } };
    case 'discord':
      return {
        url,
        body: {
          username: 'Snapkeep',
          embeds: [{ title: shortened(title, DISCORD_TITLE), description: shortened(message, DISCORD_TEXT) }],
          allowed_mentions: { parse: [] },
        },
      };
    case 'telegram': {
      const address = new URL(url);
      const chat = Object.fromEntries(address.searchParams);
      address.search = '';
      return { url: address.href, body: { ...chat, text: shortened(`${title}\n\n${message}`, TELEGRAM_TEXT) } };
    }
    case 'ntfy': {
      // As JSON it goes to the server itself: headers could not carry every name.
      const address = new URL(url);
      const path = address.pathname.split('/').filter(Boolean);
      const topic = decodeURIComponent(path.pop() ?? '');
      address.pathname = `/${path.join('/')}`;
      const isTrouble = kind === 'trouble' || kind === 'reminder';
      return {
        url: address.href,
        body: {
          ...{ topic, title, message: shortened(message, NTFY_TEXT) },
          ...(isTrouble ? { priority: 4, tags: ['warning'] } : { tags: ['white_check_mark'] }),
        },
      };
    }
  }
}

/** The characters that Slack reads as markup. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
