import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { type Destination, MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';
import { readMarker } from '../../src-main/core/destinations/drivers/marker.ts';
import { readTar } from '../../src-main/core/engine/attached-files/archive/tar-format.ts';
import type { SnapshotFacts } from '../../src-main/core/engine/attached-files/folder/folder-entry.ts';
import { indexText, parseIndex } from '../../src-main/core/engine/attached-files/folder/folder-index.ts';
import { judgeStatement } from '../../src-main/core/engine/dump/check-statement.ts';
import { StatementSplitter } from '../../src-main/core/engine/dump/statement-splitter.ts';
import { parseManifest } from '../../src-main/core/engine/files/manifest-files.ts';
import { contentOfSample } from '../../src-main/core/engine/identify/identify-file.ts';
import { startOfSql } from '../../src-main/core/engine/identify/sql-start.ts';
import { judgeBackup, SAMPLE } from '../../src-main/core/import/judge-backup.ts';
import { parseLsof } from '../../src-main/platform/file-holders.macos.ts';
import { factsFromTable } from '../../src-main/platform/mounts.linux.ts';
import { safeName } from '../../src-main/server/uploads.ts';
import { ClientFrame } from '../../src-shared/contract/frames.ts';
import { checkNamePattern } from '../../src-shared/rules/names/name-pattern.ts';
import { fileStem, ownSnapshotName, planNameFromPath } from '../../src-shared/rules/names/naming.ts';
import { withoutSecrets } from '../../src-shared/rules/secrets/without-secrets.ts';
import { callingParts, functionsOfIndex, otherProgramTokenizer } from '../../src-shared/rules/sqlite/schema-needs.ts';
import { classifyFinding, whyUnchecked } from '../../src-shared/rules/sqlite/sqlite-findings.ts';
import { readBackupName } from '../../src-shared/third-party/backup-names.ts';
import { parseJsonWithLines } from '../../src-shared/third-party/json-with-lines.ts';
import { readOldSchedules } from '../../src-shared/third-party/old-schedules.ts';
import { expandLocation } from '../../src-shared/third-party/template-locations.ts';
import { parseTemplate } from '../../src-shared/third-party/template-text.ts';
import { findTime } from '../../src-shared/third-party/times-in-names.ts';

const PIECE = 65_536;

const FACTS: SnapshotFacts = {
  ...{ id: randomUUID(), stem: 'a', source: '/a', createdAt: '2026-11-20T12:00:00.000Z', whole: true },
  ...{ files: 0, folders: 0, links: 0, bytes: 0, exclude: [], skipped: [], problems: [] },
};

/** As a file comes from a disk. */
function inPieces<T extends Buffer | string>(content: T): T[] {
  const starts = Array.from({ length: Math.ceil(content.length / PIECE) }, (_, n) => n * PIECE);
  return starts.map((at) => content.slice(at, at + PIECE) as T);
}

async function readArchive(bytes: Buffer | Promise<Buffer>): Promise<string[]> {
  const paths: string[] = [];
  const pieces = inPieces(await bytes);
  const feed = async (write: (piece: Buffer) => Promise<void>) => {
    for (const piece of pieces) await write(piece);
  };
  await readTar(feed, async ({ entry, content }) => {
    paths.push(entry.path);
    for await (const _piece of content);
  });
  return paths;
}

/** An archive of two files, of which the first is given out as something else, with a checksum that is right. */
async function archiveWith(
  first: { type?: 'x' | 'g' | 'L'; comment?: string },
  content: string,
  others = 1,
): Promise<Buffer> {
  const { type, comment } = first;
  const archive = pack();
  archive.entry({ name: 'folder/file', ...(comment === undefined ? {} : { pax: { comment } }) } as Header, content);
  for (let n = 0; n < others; n++)
    archive.entry({ name: 'folder/other', ...(others > 1 ? { pax: { note: 'x' } } : {}) } as Header, 'content');
  archive.finalize();
  const bytes = await buffer(archive);
  if (type === undefined) return bytes;
  bytes.write(type, 156);
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return bytes;
}

/** A destination whose server says that its marker is small. */
function markedBy(text: string): Destination {
  const stream = (): Readable => Readable.from(inPieces(Buffer.from(text)));
  return {
    stat: async () => ({ name: MARKER_NAME, bytes: 70, modifiedAt: new Date(0) }),
    get: async () => stream(),
  } as Partial<Destination> as Destination;
}

/** Every parser of text that others could have written, as its callers call it. */
const PARSERS: Record<string, (text: string) => unknown> = {
  'what a file is': (text) => contentOfSample(Buffer.from(text), text.length),
  'whether a backup is whole': (text) => {
    const bytes = Buffer.from(text);
    const sample = { head: bytes.subarray(0, SAMPLE.head), tail: bytes.subarray(-SAMPLE.tail) };
    return judgeBackup({ sizeBytes: bytes.length, ...sample });
  },
  'where SQL begins': (text) => startOfSql(text),
  'a statement of a dump': (text) => judgeStatement(text, 1),
  'the statements of a dump': (text) => {
    for (const _statement of new StatementSplitter().push(Buffer.from(text)));
  },
  'a manifest': (text) => parseManifest(text, 'a manifest'),
  'the bytes of an archive': (text) => readArchive(Buffer.from(text)),
  'the extended header of an archive': (text) => readArchive(archiveWith({ type: 'x' }, text)),
  'the header of all of an archive': (text) => readArchive(archiveWith({ type: 'g' }, text)),
  'a long name in an archive': (text) => readArchive(archiveWith({ type: 'L' }, text)),
  'the comment of an entry in an archive': (text) => readArchive(archiveWith({ comment: text }, '')),
  'the index of a stored folder': (text) => parseIndex(inPieces(Buffer.from(text)).map(String), 'an index'),
  'the lines of an index': (text) => parseIndex([...indexText(FACTS, []), ...inPieces(text)], 'an index'),
  'the marker of a destination': (text) => readMarker(markedBy(text)),
  'a frame of a client': (text) => ClientFrame.safeParse(JSON.parse(text)),
  'a request of a client': (text) =>
    ClientFrame.safeParse({ type: 'request', id: 1, method: text, params: { [text]: text } }),
  'what lsof says': (text) => parseLsof(text),
  'the table of mounts': (text) => factsFromTable(text, '/home', async () => false),
  'the name of an upload': (text) => safeName(text),
  'the name of a backup': (text) => readBackupName(text),
  'a time in a name': (text) => findTime(text, 'utc'),
  'the name of a plan': (text) => [fileStem(text), planNameFromPath(text)],
  'the name of a snapshot': (text) => ownSnapshotName(text, '.db.gz'),
  'a pattern of names': (text) => checkNamePattern(text),
  'a crontab': (text) => readOldSchedules(text),
  'a short crontab': (text) => readOldSchedules(text.slice(0, 90_000)),
  'a crontab of long lines': (text) => readOldSchedules(`* * * * * ${text.slice(0, 3900)}\n`.repeat(20)),
  'a systemd unit': (text) => readOldSchedules(`[Timer]\n${text.slice(0, 90_000)}`),
  'a time of systemd': (text) =>
    readOldSchedules(`[Timer]\nOnCalendar=${text.slice(0, 3900)}\nOnUnitActiveSec=${text.slice(0, 3900)}`),
  'the settings of a program': (text) => readOldSchedules(`OM_BACKUP_ENABLED=true\n${text.slice(0, 90_000)}`),
  'a script': (text) => readOldSchedules(text.slice(0, 15_000), '/etc/cron.daily/backup'),
  'a command with secrets': (text) => [withoutSecrets(text), withoutSecrets(text.slice(0, 15_000))],
  'JSON with lines': (text) => parseJsonWithLines(text),
  'a template': (text) => parseTemplate(text),
  'a location in a template': (text) =>
    expandLocation(text, { platform: 'linux', home: '/home/a', environment: {}, folder: null }),
  'the parts of a schema': (text) => [
    callingParts(`CREATE TABLE t(a ${text}`),
    functionsOfIndex(`CREATE INDEX i ON t(${text}`),
    otherProgramTokenizer(`CREATE VIRTUAL TABLE f USING fts5(a, tokenize = "${text}`),
  ],
  'what SQLite says': (text) => [classifyFinding(text), whyUnchecked('SQLITE_ERROR', text)],
};

const SIZE = 1_000_000;
const MOST_MS = 1000;

/** What each text repeats: tokens of SQL, shells, crontabs, units, settings, JSON, names and times. */
const TOKENS = [
  ...['/**/', '/*', '*/', '-- ', '--\n', "'", "''", '"', '""', '`', '[', ']', ';', '; ', ' ', '\n', '\t', '\r\n'],
  ...['BEGIN ', 'COMMIT ', 'COMMIT;', 'END ', 'PRAGMA x ', 'PRAGMA x=', 'CREATE TABLE ', 'INSERT INTO t ', '"a" '],
  ...['-', '_', '.', '..', '/', '\\', '0', '1', '2026-01-01', '20260101T010101', '20260101-', '010101', 'Z', '+01:00'],
  ...['a', 'a-', 'a=', 'A="', "A='", 'a.b', 'openssl ', 'openssl -k ', '-p ', '--password ', '-u ', ' -u x:', '://'],
  ...[
    'http://',
    'https://a',
    '/ping/',
    'Bearer ',
    'Authorization: ',
    '@',
    ':',
    'sshpass -p ',
    '$(date ',
    '`date ',
    '$(',
  ],
  ...[
    '\u0024{A}',
    '$A',
    '$((1*1))',
    '* * * * * ',
    '*/5,',
    '@daily ',
    '[Timer]\n',
    'OnCalendar=',
    'OnCalendar=*-*-* ',
    'Mon,',
  ],
  ...[
    'Mon..',
    '~',
    '1h ',
    '1 ',
    '\\\n',
    '\\',
    '#',
    '# ',
    '{',
    '}',
    '{}',
    '[{',
    '{"a":',
    '[',
    '"\\u0041',
    ',',
    'true',
    '%A%',
  ],
  ...[
    'rm ',
    'find -mtime +',
    'rsync ',
    'cp ',
    '> ',
    '| ',
    '&& ',
    'PRAGMA key=',
    'é',
    '\u0000',
    '1e',
    '-1',
    '{plan}',
    '{-',
  ],
  ...[
    'export A=',
    'Environment=',
    'A: ',
    '- A=',
    '.tar.gz',
    '.db',
    'backup-',
    'pisovereign-',
    'latest',
    'sqlite3 ',
    '.backup ',
  ],
];

const endings = ['', '!', "'", '"', ';', '\n'];

/** The processor time of this process in milliseconds, which other programs on the machine do not lengthen. */
function usedSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function* attacks(): Generator<[what: string, text: string]> {
  for (const token of TOKENS) yield [JSON.stringify(token), token.repeat(SIZE / token.length)];
  for (const [n, start] of [
    'PRAGMA x',
    'BEGIN',
    'CREATE',
    '-- ',
    '/*',
    'A=',
    'OnCalendar=',
    '* * * * * ',
    '"',
  ].entries())
    for (const filler of [' ', 'a', '\n', '1', "''", '-']) {
      const end = endings[(n + filler.length) % endings.length] ?? '';
      yield [
        `${JSON.stringify(start)} then ${JSON.stringify(filler)}`,
        `${start}${filler.repeat(SIZE / filler.length)}!${end}`,
      ];
    }
}

test.each(Object.entries(PARSERS))('%s: a megabyte of anything is read in less than a second', async (_what, parse) => {
  const slow: string[] = [];
  for (const [what, text] of attacks()) {
    const started = process.cpuUsage();
    try {
      await parse(text);
    } catch {
      // To refuse is an answer.
    }
    const took = usedSince(started);
    if (took > MOST_MS) slow.push(`${what}: ${Math.round(took)} ms`);
  }
  expect(slow).toEqual([]);
});

test('what is tried on archives, indexes and markers reaches what reads them', async () => {
  expect(await readArchive(archiveWith({ type: 'x' }, '19 path=folder/new\n'))).toEqual(['new']);
  expect(await readArchive(archiveWith({ type: 'L' }, 'folder/long'))).toEqual(['long']);
  expect(await readArchive(archiveWith({ comment: '{' }, 'content'))).toEqual(['file', 'other']);
  expect((await parseIndex(indexText(FACTS, []), 'an index')).facts).toEqual(FACTS);
  const id = randomUUID();
  expect(await readMarker(markedBy(JSON.stringify({ snapkeepDestination: id })))).toBe(id);
  // Whatever size the server says it has.
  expect(await readMarker(markedBy(JSON.stringify({ snapkeepDestination: id }).padEnd(5000)))).toBe('unreadable');
});

test('a header of all of an archive, however long, costs nothing for each entry', async () => {
  const records = Array.from({ length: 50_000 }, (_, n) => `11 ${n.toString(36).padStart(6, 'k')}=\n`).join('');
  const archive = await archiveWith({ type: 'g' }, records, 330);
  const started = process.cpuUsage();
  expect(await readArchive(archive)).toHaveLength(330);
  expect(usedSince(started)).toBeLessThan(MOST_MS);
});

test('a file of 172 bytes that is all comments is looked at at once', () => {
  const started = process.cpuUsage();
  expect(contentOfSample(Buffer.from('/**/'.repeat(43)), 172)).toBe('text');
  expect(usedSince(started)).toBeLessThan(MOST_MS);
});
