import { expect, test } from 'vitest';
import { factsFromTable } from '../../src-main/core/destinations/mount-facts.ts';
import { judgeStatement } from '../../src-main/core/engine/dump/check-statement.ts';
import { startOfSql } from '../../src-main/core/engine/dump/sql-start.ts';
import { StatementSplitter } from '../../src-main/core/engine/dump/statement-splitter.ts';
import { parseLsof } from '../../src-main/core/engine/file-holders.ts';
import { contentOfSample } from '../../src-main/core/engine/identify-file.ts';
import { judgeBackup, SAMPLE } from '../../src-main/core/engine/judge-backup.ts';
import { parseManifest } from '../../src-main/core/engine/manifest-files.ts';
import { safeName } from '../../src-main/server/uploads.ts';
import { readForeignName } from '../../src-shared/rules/foreign-names.ts';
import { parseJsonWithLines } from '../../src-shared/rules/json-with-lines.ts';
import { checkNamePattern } from '../../src-shared/rules/name-pattern.ts';
import { fileStem, ownSnapshotName, planNameFromPath } from '../../src-shared/rules/naming.ts';
import { readOldSchedules } from '../../src-shared/rules/old-schedules.ts';
import { classifyFinding, whyUnchecked } from '../../src-shared/rules/sqlite-findings.ts';
import { expandPlace } from '../../src-shared/rules/template-places.ts';
import { parseTemplate } from '../../src-shared/rules/template-text.ts';
import { findTime } from '../../src-shared/rules/times-in-names.ts';
import { withoutSecrets } from '../../src-shared/rules/without-secrets.ts';

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
  'what lsof says': (text) => parseLsof(text),
  'the table of mounts': (text) => factsFromTable(text, '/home', async () => false),
  'the name of an upload': (text) => safeName(text),
  'the name of a backup': (text) => readForeignName(text),
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
  'a place in a template': (text) =>
    expandPlace(text, { platform: 'linux', home: '/home/a', environment: {}, folder: null }),
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

test('a file of 172 bytes that is all comments is looked at at once', () => {
  const started = process.cpuUsage();
  expect(contentOfSample(Buffer.from('/**/'.repeat(43)), 172)).toBe('text');
  expect(usedSince(started)).toBeLessThan(MOST_MS);
});
