import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EventBus } from '../../src-main/core/event-bus.ts';
import { openProcessLog } from '../../src-main/core/process/process-log.ts';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { capturedLog } from '../support/captured-log.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

test('a listener that throws stops neither the others nor whoever tells, and is logged', () => {
  const { log, lines } = capturedLog();
  const events = new EventBus(log);
  const heard: string[] = [];
  events.on('plans.changed', () => heard.push('first'));
  events.on('plans.changed', () => {
    throw new Error('The window is gone.');
  });
  events.on('plans.changed', () => heard.push('last'));
  expect(() => events.emit('plans.changed', { planIds: null })).not.toThrow();
  expect(heard).toEqual(['first', 'last']);
  expect(lines).toMatchObject([{ level: 'error', message: expect.stringContaining('plans.changed') }]);
});

test('no secret reaches the file of the log, wherever it stands in a line', async () => {
  const folder = temporaryFolder();
  const log = openProcessLog(folder);
  log.hide('correct horse');
  const cause = new Error('https://user:hunter2@nas.example/hook?token=abcdef&job=app');
  log.error('The passphrase correct horse was refused.', {
    error: new SnapkeepError('BAD_KEY', 'correct horse is wrong.', { cause }),
    password: 'swordfish',
    deep: [{ text: `before correct horse after ${encodeURIComponent('correct horse')}` }],
  });
  await log.close();
  const path = join(folder, 'logs', 'snapkeep.log');
  const text = readFileSync(path, 'utf8');
  for (const secret of ['correct horse', 'correct%20horse', 'hunter2', 'abcdef', 'swordfish'])
    expect(text).not.toContain(secret);
  expect(text).toContain('job=app');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700);
});

test('a log that grows is rotated by its size, and a level that is not known is refused', async () => {
  const folder = temporaryFolder();
  expect(() => openProcessLog(folder, 'loud')).toThrow(expect.objectContaining({ code: 'INVALID_PARAMS' }));
  const log = openProcessLog(folder);
  for (let line = 0; line < 120; line++) {
    log.info('x'.repeat(100_000));
    // Files change between two turns of the loop.
    await setImmediate();
  }
  log.debug('This is below the level.');
  await log.close();
  const sizes = readdirSync(join(folder, 'logs'))
    .filter((name) => name.includes('snapkeep.log'))
    .map((name) => statSync(join(folder, 'logs', name)).size);
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.length).toBeLessThanOrEqual(5);
  expect(Math.max(...sizes)).toBeLessThan(6_000_000);
});
