import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Uploads } from '../../src-main/server/uploads.ts';
import { capturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

function setUploads() {
  const dataFolder = temporaryFolder();
  const clock = new FakeClock(new Date('2026-11-20T02:00:00Z'));
  const used = new Set<string>();
  const uploads = new Uploads({ dataFolder, clock, log: capturedLog().log, isInUse: (path) => used.has(path) });
  const root = join(dataFolder, 'staging/uploads');
  return {
    uploads,
    used,
    take: () => uploads.take('app.db', Readable.from([Buffer.from('bytes')])),
    names: () => readdirSync(root),
    goOn: (seconds: number) => clock.advance(seconds * 1000, async () => {}),
    setBack: () => clock.jump(-86_400_000),
  };
}

test('an upload goes when its window discards it, and nothing else can be discarded', async () => {
  const { uploads, take, names } = setUploads();
  const [one, other] = [await take(), await take()];
  await uploads.discard(one);
  expect([existsSync(one), existsSync(other)]).toEqual([false, true]);
  const outside = join(temporaryFolder(), 'folder');
  mkdirSync(outside);
  for (const path of [join(outside, 'app.db'), outside, one, `${other}/..`, '']) await uploads.discard(path);
  expect(existsSync(outside)).toBe(true);
  expect(names()).toHaveLength(1);
});

test('uploads go once no window has been open for a minute', async () => {
  const { uploads, take, names, goOn } = setUploads();
  const close = [uploads.windowOpened(), uploads.windowOpened()];
  await take();
  await goOn(86_400);
  close[0]?.();
  await goOn(600);
  expect(names()).toHaveLength(1);
  close[1]?.();
  await goOn(30);
  // The page was loaded again, and has the file on its screen no more; it goes with the next end.
  const closeNext = uploads.windowOpened();
  await goOn(600);
  expect(names()).toHaveLength(1);
  closeNext();
  await goOn(59);
  expect(names()).toHaveLength(1);
  await goOn(61);
  await expect.poll(names).toEqual([]);
});

test('what is sent without a window, by a program, has its minute too', async () => {
  const { take, names, goOn } = setUploads();
  await goOn(3600);
  await take();
  await goOn(59);
  expect(names()).toHaveLength(1);
  await goOn(61);
  await expect.poll(names).toEqual([]);
});

test('one that a run reads stays until the run has ended, whoever wants it gone', async () => {
  const { uploads, used, take, names, goOn } = setUploads();
  const close = uploads.windowOpened();
  const path = await take();
  used.add(path);
  await uploads.discard(path);
  close();
  await goOn(3600);
  expect(existsSync(path)).toBe(true);
  used.clear();
  await goOn(60);
  await expect.poll(names).toEqual([]);
});

test('what belongs to an upload lies beside it and goes with it', async () => {
  const { uploads, take, names } = setUploads();
  const path = await take();
  const log = await uploads.take('another name.db-wal', Readable.from([Buffer.from('log')]), path);
  expect(log).toBe(`${path}-wal`);
  expect(readFileSync(log, 'utf8')).toBe('log');
  const again = uploads.take('app.db-wal', Readable.from([Buffer.from('other')]), path);
  await expect(again).rejects.toThrow();
  for (const [name, beside] of [
    ['app.db', path],
    ['x/../../evil', path],
    ['-wal', path],
    ['app.db-wal', join(temporaryFolder(), 'app.db')],
    ['app.db-wal', log],
  ] as const) {
    const refused = uploads.take(name, Readable.from([Buffer.from('x')]), beside);
    await expect(refused, name).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  }
  await uploads.discard(path);
  expect(names()).toEqual([]);
});

test('a clock that is set back keeps uploads for no more than another minute', async () => {
  const { take, names, goOn, setBack } = setUploads();
  await take();
  setBack();
  await goOn(60);
  expect(names()).toHaveLength(1);
  await goOn(61);
  await expect.poll(names).toEqual([]);
});
