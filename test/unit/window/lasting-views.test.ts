import { expect, test } from 'vitest';
import { withLastingViews } from '../../../src-renderer/api/lasting-views.ts';
import type { Client } from '../../../src-shared/contract/client.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';

/** A service with views, and the window's client for it. */
function scene() {
  const open = new Set(['first']);
  const asked: string[] = [];
  const notFound = (what: string) =>
    new SnapkeepError('NOT_FOUND', `${what} not found.`, { hint: 'Choose another one.' });
  const service = {
    ask: async (method: string, { viewId, table }: { viewId: string; table?: string }) => {
      asked.push(`${method} ${viewId}`);
      if (!open.has(viewId)) throw notFound('View');
      if (table === 'none') throw notFound('Table');
      return { result: { viewId }, revision: 1 };
    },
  };
  const client = withLastingViews(service as unknown as Client);
  let opened = 0;
  const end = client.keepView('first', async () => {
    opened += 1;
    open.add(`again ${opened}`);
    return `again ${opened}`;
  });
  const rows = (table = 't') => client.call('browse.rows', { viewId: 'first', table }) as Promise<unknown>;
  return { open, asked, rows, end, client };
}

test('a view that was closed is opened again by the next question, once for all of them', async () => {
  const { open, rows, client } = scene();
  expect(await rows()).toEqual({ viewId: 'first' });
  open.clear();
  expect(await Promise.all([rows(), rows(), rows()])).toEqual(Array(3).fill({ viewId: 'again 1' }));
  open.clear();
  expect(await rows()).toEqual({ viewId: 'again 2' });
  expect(await client.call('browse.query', { viewId: 'first', sql: 'SELECT 1' })).toEqual({ viewId: 'again 2' });
});

test('what an open view does not have is said, and opens nothing', async () => {
  const { rows, asked } = scene();
  await expect(rows('none')).rejects.toThrow('Table not found.');
  expect(asked).toEqual(['browse.rows first', 'browse.describe first']);
});

test('a view that is no longer shown stays closed', async () => {
  const { open, rows, end } = scene();
  open.clear();
  end();
  await expect(rows()).rejects.toThrow('View not found.');
});
