import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Destination, UploadSource } from '../../src-main/core/destinations/drivers/destination.ts';
import { selfTest } from '../../src-main/core/destinations/drivers/self-test.ts';
import { isOfSource } from '../../src-main/core/engine/engine-errors.ts';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';

const MIB = 1024 * 1024;

/** An empty destination of a test's own. */
export interface DestinationScene {
  readonly destination: Destination;
  /** What interrupted uploads have left where nobody sees it. */
  leftovers(): Promise<string[]>;
  /** Puts a file into a folder below, as another program would. */
  plant(path: string, content: string): Promise<void>;
}

/** The same bytes every time that no compression and no repetition makes smaller or hides an exchange of. */
export function sampleBytes(length: number, seed = 1): Buffer {
  const data = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (index + 4 <= length) data.writeUInt32LE(state, index);
    else data.fill(state & 255, index);
  }
  return data;
}

/** A place that does not exist is said to be missing, is created once it is asked for, and stays as it is after that. */
export async function expectCreatable(destination: Destination): Promise<void> {
  expect(await destination.exists()).toBe(false);
  expect(await selfTest(destination)).toMatchObject({ passed: false, missing: true });
  expect(await destination.exists()).toBe(false);
  await destination.create();
  await destination.create();
  expect(await destination.exists()).toBe(true);
  expect(await selfTest(destination)).toMatchObject({ passed: true, missing: false });
}

/** Bytes as something to be put. */
export function sourceOf(data: Buffer, pieceBytes = 256 * 1024): UploadSource {
  return { bytes: data.length, open: () => Readable.from(pieces(data, pieceBytes), { objectMode: false }) };
}

/** A source that calls back once when so many bytes of it have been read, and goes on when that has ended. */
export function sourceWithEvent(data: Buffer, at: number, event: () => unknown): UploadSource {
  let happened = false;
  return {
    bytes: data.length,
    open: () =>
      Readable.from(
        (async function* () {
          let read = 0;
          for (const piece of pieces(data, 256 * 1024)) {
            if (read >= at && !happened) {
              happened = true;
              await event();
            }
            read += piece.length;
            yield piece;
          }
        })(),
        { objectMode: false },
      ),
  };
}

function* pieces(data: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < data.length; start += size) yield data.subarray(start, start + size);
}

/** Reads a stream to its end and answers its SHA-256 and length; nothing is kept. */
export async function digest(stream: Readable): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Writes a file into a folder below another, as another program would. */
export function plantFile(folder: string, path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The error that something fails with: one for people, with a sentence and a next step. */
export async function failure(work: Promise<unknown>): Promise<SnapkeepError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SnapkeepError)) throw new Error(`It did not fail as it should: ${error}`);
  expect(error.message).toMatch(/^[^\n]+[.)]$/);
  expect(error.hint).toMatch(/\.$/);
  return error;
}

/** The names of all that is listed, page by page. */
export async function listedNames(destination: Destination, limit = 1000): Promise<string[]> {
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page = await destination.list(after, limit);
    expect(page.objects.length).toBeLessThanOrEqual(limit);
    names.push(...page.objects.map(({ name }) => name));
    after = page.next;
  } while (after !== null);
  return names;
}

/** What holds for every destination. `setUp` is called once for each test. */
export function testDestinationContract(setUp: () => Promise<DestinationScene>): void {
  test('what is put is got, byte for byte, whole and in part', async () => {
    const { destination } = await setUp();
    let count = 0;
    const anyPart = fc.tuple(fc.nat({ max: 300_000 }), fc.nat(), fc.nat(), fc.integer({ min: 1 }));
    await fc.assert(
      fc.asyncProperty(anyPart, async ([length, first, second, seed]) => {
        const data = sampleBytes(length, seed);
        const name = `any-${count++}.db.gz`;
        const stored = await destination.put(name, sourceOf(data, 1000 + (seed % 70_000)));
        expect(stored).toMatchObject({ name, bytes: length });
        expect((await buffer(await destination.get(name))).equals(data)).toBe(true);
        const [start, end] = [first % (length + 1), second % (length + 1)].sort((one, other) => one - other);
        if (start === undefined || end === undefined) return;
        const part = await buffer(await destination.get(name, { start, bytes: end - start }));
        expect(part.equals(data.subarray(start, end))).toBe(true);
      }),
      { numRuns: 8, examples: [[[0, 0, 0, 1]], [[32_768, 0, 1, 2]], [[65_537, 65_536, 65_537, 3]]] },
    );
  });

  test('a large one arrives whole, with progress to its end', async () => {
    const { destination, leftovers } = await setUp();
    const data = sampleBytes(21 * MIB + 5);
    const progress: number[] = [];
    await destination.put('large.db', sourceOf(data), { onProgress: (bytes) => progress.push(bytes) });
    expect(progress.at(-1)).toBe(data.length);
    expect([...progress].sort((one, other) => one - other)).toEqual(progress);
    expect((await buffer(await destination.get('large.db'))).equals(data)).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  test('a list comes in pages, in order, each name once', async () => {
    const { destination } = await setUp();
    expect(await listedNames(destination)).toEqual([]);
    const names = Array.from({ length: 13 }, (_, index) => `app-${String(index).padStart(3, '0')}.db`);
    for (const name of names.toReversed()) await destination.put(name, sourceOf(Buffer.from(name)));
    for (const limit of [1, 5, 13, 1000]) expect(await listedNames(destination, limit)).toEqual(names);
  });

  test('nothing is overwritten', async () => {
    const { destination, leftovers } = await setUp();
    const data = sampleBytes(1000);
    await destination.put('app.db', sourceOf(data));
    expect(await failure(destination.put('app.db', sourceOf(sampleBytes(2000, 2))))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('app.db'),
    });
    expect((await buffer(await destination.get('app.db'))).equals(data)).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  test('cancelled in the middle, nothing is listed and nothing is left', async () => {
    const { destination, leftovers } = await setUp();
    const cancel = new AbortController();
    const source = sourceWithEvent(sampleBytes(30 * MIB), 20 * MIB, () => cancel.abort());
    expect((await failure(destination.put('app.db', source, { signal: cancel.signal }))).code).toBe('CANCELLED');
    expect(await listedNames(destination)).toEqual([]);
    expect(await leftovers()).toEqual([]);
    expect((await failure(destination.put('app.db', source, { signal: cancel.signal }))).code).toBe('CANCELLED');
    await destination.put('app.db', sourceOf(Buffer.from('the name is free')));
  });

  test('a download that is cancelled before anybody reads it fails only for who asked', async () => {
    const { destination } = await setUp();
    await destination.put('app.db', sourceOf(sampleBytes(MIB)));
    const download = async (): Promise<unknown> => {
      const stream = await destination.get('app.db', undefined, { signal: AbortSignal.abort() });
      // An error that nobody listens to would end the process meanwhile.
      await new Promise(setImmediate);
      return digest(stream);
    };
    expect((await failure(download())).code).toBe('CANCELLED');
  });

  test('a download can be cancelled', async () => {
    const { destination } = await setUp();
    await destination.put('app.db', sourceOf(sampleBytes(10 * MIB)));
    const cancel = new AbortController();
    const stream = await destination.get('app.db', undefined, {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    expect((await failure(digest(stream))).code).toBe('CANCELLED');
  });

  test('a source that grew or shrank meanwhile, or fails, is not stored', async () => {
    const { destination, leftovers } = await setUp();
    const data = sampleBytes(20 * MIB);
    for (const bytes of [data.length - 1, data.length + 1]) {
      const error = await failure(destination.put('app.db', { ...sourceOf(data), bytes }));
      expect(error.code).toBe('INVALID_PARAMS');
      expect(isOfSource(error)).toBe(true);
    }
    const broken = [
      ['CORRUPT', new SnapkeepError('CORRUPT', 'The disk broke.', { hint: 'Replace it.' })],
      ['UNAVAILABLE', Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })],
      ['NOT_FOUND', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })],
    ] as const;
    for (const [code, thrown] of broken) {
      const source = sourceWithEvent(data, 10 * MIB, () => {
        throw thrown;
      });
      const error = await failure(destination.put('app.db', source));
      expect(error.code).toBe(code);
      // The destination has no part in it.
      expect(isOfSource(error)).toBe(true);
      expect(error.message).not.toContain(destination.label);
    }
    expect(await listedNames(destination)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test('what is not there is said to be, and deleting it twice is fine', async () => {
    const { destination } = await setUp();
    expect(await destination.stat('app.db')).toBeUndefined();
    expect(await failure(destination.get('app.db'))).toMatchObject({ code: 'NOT_FOUND' });
    const { modifiedAt } = await destination.put('app.db', sourceOf(Buffer.from('content')));
    expect(Math.abs(modifiedAt.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await destination.stat('app.db')).toMatchObject({ bytes: 7 });
    const outside = destination.get('app.db', { start: 5, bytes: 3 });
    expect(await failure(outside)).toMatchObject({ code: 'INVALID_PARAMS' });
    await destination.delete('app.db');
    await destination.delete('app.db');
    expect(await destination.stat('app.db')).toBeUndefined();
  });

  test('what others have put into folders below is listed, read and deleted there', async () => {
    const { destination, plant } = await setUp();
    await destination.put('app.db', sourceOf(Buffer.from('own')));
    for (const day of ['2024-01-16', '2024-01-15']) await plant(`${day}/soundbox.db`, `database of ${day}`);
    await plant('2024-01-15/generated/one.wav', 'a tone');
    await plant('2024-01-15/.hidden/a.db', 'hidden');
    expect((await destination.folders()).filter((name) => name.startsWith('2024'))).toEqual([
      '2024-01-15',
      '2024-01-16',
    ]);
    expect(await destination.folders('2024-01-15')).toEqual(['generated']);
    expect(await destination.folders('2024-01-15/generated')).toEqual([]);
    expect(await listedNames(destination)).toEqual(['app.db']);
    const { objects, next } = await destination.list(null, 10, '2024-01-15');
    expect(objects).toMatchObject([{ name: 'soundbox.db', bytes: 'database of 2024-01-15'.length }]);
    expect(next).toBeNull();
    const path = '2024-01-15/soundbox.db';
    expect(await destination.stat(path)).toMatchObject({ name: path, bytes: 22 });
    expect(await destination.stat('2024-01-15/other.db')).toBeUndefined();
    expect((await buffer(await destination.get(path, { start: 12, bytes: 10 }))).toString()).toBe('2024-01-15');
    await destination.delete(path);
    await destination.delete(path);
    expect(await destination.stat(path)).toBeUndefined();
    expect(await destination.stat('2024-01-16/soundbox.db')).toMatchObject({ bytes: 22 });
    for (const folder of ['..', '2024-01-15/..', '/etc', 'a//b', '.hidden'])
      expect((await failure(destination.list(null, 10, folder))).code).toBe('INVALID_PARAMS');
  });

  test.each([
    '',
    '../app.db',
    'a/',
    'a//b',
    '/a/b',
    'a/../b',
    'a/.b',
    'a\\b',
    '.hidden',
    'app.db.0123abcd.partial',
    'a\nb',
  ])('the name %j is refused', async (name) => {
    const { destination } = await setUp();
    expect((await failure(destination.put(name, sourceOf(Buffer.from('x'))))).code).toBe('INVALID_PARAMS');
    expect((await failure(destination.stat(name))).code).toBe('INVALID_PARAMS');
    expect((await failure(destination.delete(name))).code).toBe('INVALID_PARAMS');
  });

  test('what is put into a folder below is there alone, of the instant that was given', async () => {
    const { destination, leftovers } = await setUp();
    const path = 'app-0123abcd.history/ltx/0/0000000000000001-0000000000000001.ltx';
    const modifiedAt = new Date('2026-11-27T10:20:30.000Z');
    const data = sampleBytes(100_000);
    for (let times = 0; times < 2; times++) {
      expect(await destination.put(path, sourceOf(data), { modifiedAt })).toEqual({
        name: path,
        bytes: data.length,
        modifiedAt,
      });
      expect((await failure(destination.put(path, sourceOf(data)))).code).toBe('CONFLICT');
      const { objects } = await destination.list(null, 10, 'app-0123abcd.history/ltx/0');
      expect(objects.map(({ name }) => name)).toEqual(['0000000000000001-0000000000000001.ltx']);
      const part = await buffer(await destination.get(path, { start: 99_000, bytes: 1000 }));
      expect(part.equals(data.subarray(99_000))).toBe(true);
      await destination.removeFolder('app-0123abcd.history/ltx/0');
      expect(await destination.stat(path)).toBeDefined();
      await destination.delete(path);
      for (const folder of ['app-0123abcd.history/ltx/0', 'app-0123abcd.history/ltx', 'app-0123abcd.history'])
        for (let removals = 0; removals < 2; removals++) await destination.removeFolder(folder);
      expect((await destination.folders()).filter((name) => name.startsWith('app'))).toEqual([]);
    }
    expect(await listedNames(destination)).toEqual([]);
    expect(await leftovers()).toEqual([]);
    expect(await destination.sweep(() => true, 'app-0123abcd.history')).toBe(0);
  });

  test('cancelled in a folder below, nothing is listed and nothing is left', async () => {
    const { destination } = await setUp();
    const cancel = new AbortController();
    const source = sourceWithEvent(sampleBytes(2 * MIB), MIB, () => cancel.abort());
    const put = destination.put('h.history/a.ltx', source, { signal: cancel.signal });
    expect((await failure(put)).code).toBe('CANCELLED');
    expect(await destination.stat('h.history/a.ltx')).toBeUndefined();
    expect(await destination.sweep(() => true, 'h.history')).toBe(0);
    await destination.removeFolder('h.history');
    expect((await destination.folders()).filter((name) => name.startsWith('h'))).toEqual([]);
  });

  test('what is replaced is there whole, and only while it is what the caller knows', async () => {
    const { destination, leftovers } = await setUp();
    const path = 'h.history/history.json';
    const [first, second, third] = ['first', 'second, longer', 'third'].map((text) => Buffer.from(text));
    if (first === undefined || second === undefined || third === undefined) return;
    const content = async () => (await buffer(await destination.get(path))).toString();
    const refused = async (source: Buffer, ifSame: Buffer | null) =>
      expect((await failure(destination.replace(path, sourceOf(source), { ifSame }))).code).toBe('CONFLICT');
    await refused(second, first);
    expect(await destination.stat(path)).toBeUndefined();
    await destination.replace(path, sourceOf(first), { ifSame: null });
    await refused(second, null);
    await refused(second, third);
    expect(await content()).toBe('first');
    expect(await destination.replace(path, sourceOf(second), { ifSame: first })).toMatchObject({ bytes: 14 });
    expect(await content()).toBe('second, longer');
    await destination.replace(path, sourceOf(third));
    expect(await content()).toBe('third');
    const broken = destination.replace(path, { ...sourceOf(first), bytes: 100 });
    expect(isOfSource(await failure(broken))).toBe(true);
    expect(await content()).toBe('third');
    expect(await leftovers()).toEqual([]);
    expect(await destination.sweep(() => true, 'h.history')).toBe(0);
  });

  test.each([
    '../a/b',
    '/a/b',
    'a/../b',
    'a/.b',
    '.a/b',
    'a//b',
    'a\\b/c',
    'con/a',
    'a/nul.ltx',
    'a:b/c',
    'a./b',
    'a/b ',
  ])('nothing is put at %j', async (path) => {
    const { destination } = await setUp();
    expect((await failure(destination.put(path, sourceOf(Buffer.from('x'))))).code).toBe('INVALID_PARAMS');
    expect((await failure(destination.replace(path, sourceOf(Buffer.from('x'))))).code).toBe('INVALID_PARAMS');
  });

  test('a name of many letters is kept as it is', async () => {
    const { destination } = await setUp();
    const name = 'Übung & Söhne (2) + 100 % #1 ’ 日本.db.gz';
    await destination.put(name, sourceOf(Buffer.from('content')));
    expect(await listedNames(destination)).toEqual([name]);
    expect((await buffer(await destination.get(name))).toString()).toBe('content');
    await destination.delete(name);
    expect(await listedNames(destination)).toEqual([]);
  });

  test('the self-test writes, lists, reads and deletes', async () => {
    const { destination, leftovers } = await setUp();
    const report = await selfTest(destination);
    expect(report.steps.map(({ step, error }) => [step, error])).toEqual([
      ['write', null],
      ['list', null],
      ['read', null],
      ['delete', null],
    ]);
    expect(report.passed).toBe(true);
    expect(await listedNames(destination)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });
}
