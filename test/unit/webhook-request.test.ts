import { expect, test } from 'vitest';
import { webhookRequest } from '../../src-main/core/alerts/webhook-request.ts';
import type { Alert } from '../../src-shared/model/alert.ts';

const ALERT: Alert = {
  kind: 'trouble',
  planId: null,
  planName: 'Büro <1> & 📒',
  state: 'failed',
  at: '2026-11-27T12:00:00.000Z',
  since: '2026-11-27T11:00:00.000Z',
  title: 'Büro <1> & 📒 failed',
  message: 'The disk is full.',
};

test('each service gets an alert in its own format', () => {
  expect(webhookRequest('json', 'https://example.org/hook?key=1', ALERT)).toEqual({
    url: 'https://example.org/hook?key=1',
    body: { application: 'Snapkeep', ...ALERT },
  });
  expect(webhookRequest('slack', 'https://hooks.slack.com/services/T/B/x', ALERT)).toEqual({
    url: 'https://hooks.slack.com/services/T/B/x',
    body: { text: '*Büro &lt;1&gt; &amp; 📒 failed*\nThe disk is full.' },
  });
  expect(webhookRequest('discord', 'https://discord.com/api/webhooks/1/x', ALERT).body).toMatchObject({
    embeds: [{ title: ALERT.title, description: ALERT.message }],
    allowed_mentions: { parse: [] },
  });
  expect(webhookRequest('telegram', 'https://api.telegram.org/bot1:x/sendMessage?chat_id=-100', ALERT)).toEqual({
    url: 'https://api.telegram.org/bot1:x/sendMessage',
    body: { chat_id: '-100', text: `${ALERT.title}\n\n${ALERT.message}` },
  });
});

test.each([
  ['https://ntfy.sh/backups', 'https://ntfy.sh/', 'backups'],
  ['https://example.org/ntfy/backups/', 'https://example.org/ntfy', 'backups'],
  ['https://ntfy.sh/backups?auth=abc', 'https://ntfy.sh/?auth=abc', 'backups'],
])('the topic of %s goes into the body', (address, url, topic) => {
  expect(webhookRequest('ntfy', address, ALERT)).toEqual({
    url,
    body: { topic, title: ALERT.title, message: ALERT.message, priority: 4, tags: ['warning'] },
  });
  expect(webhookRequest('ntfy', address, { ...ALERT, kind: 'mended' }).body).toMatchObject({
    tags: ['white_check_mark'],
  });
});

test('long texts are cut to what a service takes, between characters', () => {
  const long = { ...ALERT, title: '📒'.repeat(300), message: '📒'.repeat(9000) };
  const { embeds } = webhookRequest('discord', 'https://discord.com/api/webhooks/1/x', long).body as {
    embeds: [{ title: string; description: string }];
  };
  expect([...embeds[0].title]).toHaveLength(256);
  expect([...embeds[0].description]).toHaveLength(4096);
  expect(embeds[0].title.endsWith('📒…')).toBe(true);
});
