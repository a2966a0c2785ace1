import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { LocalFolder } from '../../../src-main/core/destinations/drivers/local-folder.ts';
import {
  appendPoints,
  listPointsFiles,
  putLtxFile,
  readHistoryFile,
  readPoints,
  removeEmptyFolders,
  removeLtxFile,
  replaceHistoryFile,
  requireWriter,
  sweepHistory,
  type WritablePlace,
} from '../../../src-main/core/history/history-store.ts';
import type { HistoryLayout, LtxFileName } from '../../../src-main/core/history/layout.ts';
import { filesOfPoint, listHistory, openLtxFile } from '../../../src-main/core/history/read-history.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { HistoryFile, PointLine } from '../../../src-shared/model/history/history-file.ts';
import { failure, plantFile } from '../../support/destination-contract.ts';
import { ltxHeader, ltxOf, pagesOf } from '../../support/ltx-files.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const FOLDER = 'app-0123abcd.history';
const SERVICE = '11111111-1111-4111-8111-111111111111';
const TIMESTAMP = new Date('2026-11-28T12:00:00.123Z');

const description = (more: Partial<HistoryFile> = {}): HistoryFile =>
  HistoryFile.parse({
    format: 1,
    id: '0123abcd-0000-4000-8000-000000000000',
    plan: { id: '22222222-2222-4222-8222-222222222222', name: 'app' },
    pageSize: 512,
    encryption: null,
    writer: { serviceId: SERVICE, since: TIMESTAMP.toISOString() },
    ...more,
  });

const line = (txid: number, madeAt = TIMESTAMP.toISOString(), more: Partial<PointLine> = {}): PointLine =>
  PointLine.parse({
    ...{ txid, minTxid: txid, madeAt, pages: 3, changedPages: 1, bytes: 500 },
    ...{ sha256: 'a'.repeat(64), rootHash: 'b'.repeat(64), schemaHash: 'c'.repeat(64) },
    ...more,
  });

function openPlace(layout: HistoryLayout = 'path') {
  const root = temporaryFolder();
  const driver = new LocalFolder({ kind: 'folder', path: root, bytesPerSecond: null });
  onTestFinished(() => driver.close());
  let available = true;
  const place: WritablePlace = {
    driver,
    layout,
    folder: FOLDER,
    requireAvailable: async () => {
      if (!available) throw new SnapkeepError('UNAVAILABLE', 'Not mounted.', { hint: 'Mount it.' });
    },
  };
  return {
    root,
    place,
    unmount: () => {
      available = false;
    },
  };
}

/** Makes an LTX file of a small database and stores it. */
async function store(place: WritablePlace, level: number, min: number, max: number, pageSize = 512): Promise<Buffer> {
  const header = ltxHeader({ minTxid: BigInt(min), maxTxid: BigInt(max), pageSize });
  const bytes = await ltxOf(header, pagesOf(min === 1 ? { 1: max, 2: max, 3: max } : { 1: max }, pageSize));
  const path = join(temporaryFolder(), 'out.ltx');
  writeFileSync(path, bytes);
  const file: LtxFileName = { level, min, max, encrypted: false };
  await putLtxFile(place, file, { path, bytes: bytes.length, timestamp: TIMESTAMP });
  return bytes;
}

test.each(['path', 's3'] as const)(
  'files of the %s layout are stored, listed, chosen, read and removed',
  async (layout) => {
    const { root, place } = openPlace(layout);
    expect(await listHistory(place)).toEqual({ files: [], skipped: [], skippedCount: 0 });
    await store(place, 9, 1, 2);
    const capture = await store(place, 0, 3, 3);
    await store(place, 0, 4, 4);
    expect((await failure(store(place, 0, 4, 4))).code).toBe('CONFLICT');
    const level0 = layout === 's3' ? '0000' : 'ltx/0';
    plantFile(root, `${FOLDER}/${level0}/notes.txt`, 'x');
    plantFile(root, `${FOLDER}/${level0}/0000000000000005-0000000000000005.ltx.0123abcd.partial`, 'x');
    plantFile(root, `${FOLDER}/${layout === 's3' ? '' : 'ltx/'}other/a.ltx`, 'x');
    const listing = await listHistory(place);
    expect(listing.files.map(({ level, min, max }) => [level, min, max])).toEqual([
      [0, 3, 3],
      [0, 4, 4],
      [9, 1, 2],
    ]);
    expect(listing.skippedCount).toBe(2);
    expect(listing.skipped.map((path) => path.split('/').at(-1))).toEqual(['notes.txt', 'other']);
    expect(statSync(join(root, FOLDER, level0, '0000000000000003-0000000000000003.ltx')).mtime).toEqual(TIMESTAMP);
    const chosen = await filesOfPoint(place, listing, 4, 512);
    expect(chosen.map(({ max }) => max)).toEqual([2, 3, 4]);
    const second = chosen[1];
    if (second === undefined) throw new Error('no file');
    expect((await buffer(await openLtxFile(place, second))).equals(capture)).toBe(true);
    await removeLtxFile(place, second);
    await removeLtxFile(place, second);
    expect(await failure(filesOfPoint(place, await listHistory(place), 4, 512))).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('TXID 3'),
    });
  },
);

test('a file of another database, another page size or another name is not taken for one of the history', async () => {
  const { root, place } = openPlace();
  await store(place, 9, 1, 2);
  await store(place, 0, 3, 3, 1024);
  const listing = await listHistory(place);
  expect(await failure(filesOfPoint(place, listing, 3, null))).toMatchObject({
    code: 'CORRUPT',
    message:
      '0000000000000003-0000000000000003.ltx does not belong to this history: it has pages of 1024 bytes, not 512.',
  });
  const level0 = join(root, FOLDER, 'ltx', '0');
  const base = readFileSync(join(root, FOLDER, 'ltx', '9', '0000000000000001-0000000000000002.ltx'));
  writeFileSync(join(level0, '0000000000000003-0000000000000003.ltx'), base);
  const moved = await failure(filesOfPoint(place, listing, 3, 512));
  expect(moved.message).toContain('it contains the TXIDs 1 to 2');
  writeFileSync(join(level0, '0000000000000003-0000000000000003.ltx'), 'short');
  expect((await failure(filesOfPoint(place, await listHistory(place), 3, 512))).code).toBe('CORRUPT');
});

test('history.json is replaced only by who knows it, and names the one writer', async () => {
  const { root, place } = openPlace();
  expect(await readHistoryFile(place)).toBeNull();
  await replaceHistoryFile(place, description(), null);
  const larger = description({ pageSize: 1024 });
  expect((await failure(replaceHistoryFile(place, larger, null))).code).toBe('CONFLICT');
  const known = await readHistoryFile(place);
  if (known === null) throw new Error('no history.json');
  expect(known.history).toEqual(description());
  const other = '33333333-3333-4333-8333-333333333333';
  expect(() => requireWriter(known.history, SERVICE)).not.toThrow();
  expect(() => requireWriter(known.history, other)).toThrow(/written by another Snapkeep service/);
  const taken = description({ writer: { serviceId: other, since: TIMESTAMP.toISOString() } });
  await replaceHistoryFile(place, taken, known);
  // The first one has not noticed, and must not write over it.
  expect((await failure(replaceHistoryFile(place, description(), known))).code).toBe('CONFLICT');
  expect((await readHistoryFile(place))?.history).toEqual(taken);
  const path = join(root, FOLDER, 'history.json');
  for (const [content, code] of [
    ['{"format":', 'CORRUPT'],
    ['{"format":1}', 'CORRUPT'],
    ['{"format":2}', 'TOO_NEW'],
    ['x'.repeat(70_000), 'CORRUPT'],
  ] as const) {
    writeFileSync(path, content);
    expect((await failure(readHistoryFile(place))).code, content.slice(0, 20)).toBe(code);
  }
  await replaceHistoryFile(place, description(), undefined);
  expect((await readHistoryFile(place))?.history).toEqual(description());
});

test('points are added by month; what is lost, cut or damaged is counted and costs no other line', async () => {
  const { root, place } = openPlace();
  const [november, december] = ['2026-11-30T23:59:00.000Z', '2026-12-01T00:00:00.000Z'];
  await appendPoints(place, [line(1, november), line(2, november), line(3, december)]);
  await appendPoints(place, [line(4, december), line(2, november, { minTxid: 1 })]);
  expect(await listPointsFiles(place)).toEqual(['points-2026-11.jsonl', 'points-2026-12.jsonl']);
  expect(await readPoints(place, november)).toEqual({
    lines: [line(1, november), line(2, november, { minTxid: 1 })],
    damaged: 0,
  });
  const path = join(root, FOLDER, 'points-2026-12.jsonl');
  writeFileSync(path, readFileSync(path).subarray(0, -10));
  await appendPoints(place, [line(5, december)]);
  expect(await readPoints(place, december)).toEqual({ lines: [line(3, december), line(5, december)], damaged: 1 });
  expect(await readPoints(place, '2027-01-01T00:00:00.000Z')).toEqual({ lines: [], damaged: 0 });
});

test('nothing is written while the destination is unavailable, and own leftovers and empty folders are removed', async () => {
  const { root, place, unmount } = openPlace();
  await store(place, 0, 1, 1);
  for (const name of ['a.ltx.0123abcd.partial', 'b.ltx.89abcdef.partial'])
    plantFile(root, `${FOLDER}/ltx/0/${name}`, 'x');
  plantFile(root, `${FOLDER}/history.json.0123abcd.partial`, 'x');
  expect(await sweepHistory(place, ({ tag }) => tag === '0123abcd')).toBe(2);
  await removeLtxFile(place, { level: 0, min: 1, max: 1, encrypted: false });
  await removeEmptyFolders(place);
  expect(readdirSync(root, { recursive: true }).sort()).toEqual([
    FOLDER,
    `${FOLDER}/ltx`,
    `${FOLDER}/ltx/0`,
    `${FOLDER}/ltx/0/b.ltx.89abcdef.partial`,
  ]);
  expect(await sweepHistory(place, () => true)).toBe(1);
  await removeEmptyFolders(place);
  expect(readdirSync(root)).toEqual([]);
  unmount();
  const refused = [
    store(place, 0, 1, 1),
    replaceHistoryFile(place, description(), null),
    appendPoints(place, [line(1)]),
    removeLtxFile(place, { level: 0, min: 1, max: 1, encrypted: false }),
    sweepHistory(place, () => true),
    removeEmptyFolders(place),
  ];
  for (const { code } of await Promise.all(refused.map(failure))) expect(code).toBe('UNAVAILABLE');
  expect(readdirSync(root)).toEqual([]);
});
