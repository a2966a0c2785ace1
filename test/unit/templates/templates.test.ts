import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { SqlCheck } from '../../../src-shared/model/plan.ts';
import type { TemplateText } from '../../../src-shared/model/third-party/template.ts';
import { parseJsonWithLines } from '../../../src-shared/third-party/json-with-lines.ts';
import { parseTemplate, templateText } from '../../../src-shared/third-party/template-text.ts';
import { countChecks, endingOf, templateInWords } from '../../../src-shared/third-party/template-words.ts';
import { builtInTemplate, builtInTemplates } from '../../../src-shared/third-party/templates/built-in.ts';

/** A whole template in the least words. */
const NOTES: TemplateText = {
  id: 'notes',
  name: 'Notes',
  purpose: 'Keeps the notes.',
  parts: [{ id: 'database', name: 'Database', kind: 'database', locations: { linux: ['~/.notes/notes.db'] } }],
};

const wordsOf = (id: string): string[] => {
  const template = builtInTemplate(id);
  return template === undefined ? [] : templateInWords(template);
};

const errorOf = (text: string): SnapkeepError => {
  try {
    parseTemplate(text);
  } catch (error) {
    if (error instanceof SnapkeepError) return error;
    throw error;
  }
  throw new Error('It was read.');
};

describe('built-in templates', () => {
  test.each(builtInTemplates().map((template) => [template.id, template] as const))(
    '%s is read back as it was written',
    (_id, template) => {
      expect(parseTemplate(templateText(template))).toEqual(template);
      expect(parseTemplate(JSON.stringify(template))).toEqual(template);
    },
  );

  test('are the five programs, each with an id of its own', () => {
    expect(builtInTemplates().map(({ id }) => id)).toEqual([
      'hone',
      'portunus',
      'openmemory',
      'soundbox',
      'pisovereign',
    ]);
  });

  test('a sixth takes a few lines', () => {
    const template = parseTemplate(JSON.stringify(NOTES));
    expect(parseTemplate(templateText(template))).toEqual(template);
    expect(JSON.stringify(NOTES, null, 2).split('\n').length).toBeLessThanOrEqual(20);
    expect(templateInWords(template)).toEqual([
      'Database: online backup.',
      'Schedule: Daily at 02:00.',
      'Snapshots: compressed with gzip, for example Notes-2024-01-15-143022-k3f9qa.db.gz.',
      'Retention: the last 30 snapshots.',
    ]);
  });

  test('each part is stored under an ending that says what it is', () => {
    const endings = builtInTemplate('pisovereign')?.parts.map((part) => [part.id, endingOf(part)]);
    expect(endings).toEqual([
      ['database', '.db.gz'],
      ['configuration', '.toml'],
      ['vault', '.tar.gz'],
      ['image', '.img.gz'],
      ['system', '.tar.gz'],
      ['cache', '.redb.gz'],
      ['models', '.tar.gz'],
    ]);
  });

  test('tables are counted by questions that a restore test takes', () => {
    const [part] = builtInTemplate('hone')?.parts ?? [];
    if (part?.kind !== 'database') throw new Error('Hone has a database.');
    const checks = countChecks({ ...part, counts: ['accounts', 'o"dd'] });
    expect(checks.map(({ sql }) => sql)).toEqual(['SELECT count(*) FROM "accounts"', 'SELECT count(*) FROM "o""dd"']);
    for (const check of checks) expect(SqlCheck.parse(check)).toEqual(check);
  });
});

describe('what a template will do, in words', () => {
  test('Hone', () => {
    expect(wordsOf('hone')).toEqual([
      'Database: online backup.',
      'Schedule: Daily at 02:00.',
      'Snapshots: compressed with gzip, for example hone-2024-01-15-143022.db.gz.',
      'Retention: the last 7 snapshots.',
      'If the database is encrypted with SQLCipher, its key is read from the environment variable HONE_DB_KEY.',
      'Restore tests count the rows of accounts, transactions and subscriptions.',
      'Restart the server of Hone after a restore, so that all its connections use the restored database.',
    ]);
  });

  test('Portunus', () => {
    expect(wordsOf('portunus')).toEqual([
      'State: online backup.',
      'Schedule: Daily at 06:25.',
      'Snapshots: uncompressed, for example portunus-state-2024-01-15T14-30-22Z.db.',
      'Retention: all from the last 30 days.',
      'Restore tests read the schema version.',
      'A snapshot with a newer schema than the database is not restored (exit code 78).',
      'Deleting the database also deletes state.db.lock.',
      'The database must not be on nfs, tmpfs or ramfs.',
      'Stop portunus-server before a restore and start it again afterwards: systemctl stop portunus-server, then systemctl start portunus-server.',
    ]);
  });

  test('Sound Box keeps its audio beside the database', () => {
    expect(wordsOf('soundbox').slice(0, 4)).toEqual([
      'Database and audio: online backup with attached files (folder generated).',
      'Schedule: Daily at 03:00.',
      'Snapshots: uncompressed, for example Sound-Box-2024-01-15-143022-k3f9qa.db.',
      'Retention: all from the last 14 days and 11 weekly (Sundays).',
    ]);
  });

  test('PiSovereign has a rule for each of its parts', () => {
    expect(
      wordsOf('pisovereign').filter((sentence) => /: /.test(sentence) && !sentence.startsWith('Snapshots: ')),
    ).toEqual([
      'Database: online backup.',
      'Schedule: Daily at 02:00.',
      'Retention: 7 daily, 4 weekly (Sundays) and 12 monthly.',
      'Configuration: file copy with attached files (env and backup.toml).',
      'Schedule: After changes, once idle for 5 minutes.',
      'Retention: the last 5 snapshots.',
      'Vault: folder archive.',
      'Schedule: Sundays at 02:00.',
      'Retention: 4 weekly.',
      'System image: disk image (the disk must not be in use).',
      'Schedule: On day 1 of each month at 02:00.',
      'Retention: 3 monthly.',
      'System files (optional): folder archive excluding /proc/*, /sys/*, /dev/*, /tmp/*, /run/*, /mnt/*, /media/* and /backup/*.',
      'Schedule: On day 1 of each month at 02:00.',
      'Retention: 3 monthly.',
      'Cache (optional): file copy.',
      'Schedule: Sundays at 02:00.',
      'Retention: 4 weekly.',
      'Models (optional): folder archive.',
      'Schedule: Sundays at 02:00.',
      'Retention: 4 weekly.',
      expect.stringMatching(/^Stop PiSovereign/),
    ]);
  });

  test('every figure of the data is said', () => {
    for (const template of builtInTemplates()) {
      const words = templateInWords(template).join(' ');
      for (const { retention, schedule } of template.parts) {
        const { keepLast, keepDays, daily, weekly, monthly } = retention;
        for (const figure of [keepLast, keepDays, daily, weekly, monthly])
          if (figure) expect(words).toContain(`${figure} `);
        if ('time' in schedule) expect(words).toContain(schedule.time);
      }
    }
  });
});

describe('a template of one’s own', () => {
  const part = { id: 'database', name: 'Database', kind: 'database' };
  const own = (more: object, ofPart: object = {}) =>
    JSON.stringify(
      { id: 'notes', name: 'Notes', purpose: 'Keeps notes.', parts: [{ ...part, ...ofPart }], ...more },
      null,
      1,
    );

  test.each([
    [own({ shedule: 1 }), 'Line 12 of the template: shedule: unknown field.'],
    [own({ name: 3 }), 'Line 3 of the template: name: must be a text in double quotes.'],
    [own({ id: 'My Notes' }), 'Line 2 of the template: id: use lower-case letters, digits and hyphens.'],
    [own({ parts: [] }), 'Line 5 of the template: parts: must have at least 1 entry.'],
    [own({ parts: [part, part] }), 'Line 5 of the template: parts: two parts have the same id.'],
    [
      own({}, { kind: 'table' }),
      'Line 9 of the template: parts 1, kind: must be “database”, “file”, “folder” or “image”.',
    ],
    [own({}, { method: 'fast' }), 'Line 10 of the template: parts 1, method: must be “online”, “compact” or “dump”.'],
    [
      own({}, { retention: { keepLast: 0 } }),
      'Line 11 of the template: parts 1, retention, keepLast: must be at least 1.',
    ],
    [
      own({}, { retention: { keepLast: 1.5 } }),
      'Line 11 of the template: parts 1, retention, keepLast: must be a whole number.',
    ],
    [
      own({}, { retention: { keepWeekly: 1 } }),
      'Line 11 of the template: parts 1, retention, keepWeekly: unknown field.',
    ],
    [
      own({}, { schedule: { kind: 'daily', time: '2:00' } }),
      'Line 12 of the template: parts 1, schedule, time: must be a time such as 02:00.',
    ],
    [
      own({}, { namePattern: '{plan}' }),
      'Line 10 of the template: parts 1, namePattern: a pattern needs a date, for example {date}, so that names differ.',
    ],
    [own({}, { subfolder: '../x' }), 'Line 10 of the template: parts 1, subfolder: must be a path below its folder.'],
    ['{ "name": "Notes" }', 'Line 1 of the template: id: missing.'],
    ['{\n "id": "notes",\n}', 'Line 3 of the template: The name of a field, in double quotes, is missing before “}”.'],
    ["{\n 'id': 1}", 'Line 2 of the template: Texts need double quotes.'],
    ['{\n\n "id" "x"}', 'Line 3 of the template: A colon is missing after “id”.'],
    ['{\n "a": 1,\n "a": 2}', 'Line 3 of the template: Duplicate field: “a”.'],
    ['# mine\n{}', 'Line 1 of the template: JSON has no comments.'],
    ['{\n "id": "notes"', 'Line 2 of the template: A comma or “}” is missing after the field “id”.'],
    ['', 'Line 1 of the template: The text ends unexpectedly.'],
  ])('%j is refused in plain words', (text, message) => {
    expect(errorOf(text)).toMatchObject({ code: 'INVALID_PARAMS', message, hint: expect.any(String) });
  });

  test('every fault is listed, not only the first', () => {
    expect(errorOf(own({ shedule: 1, name: '' })).details?.faults).toHaveLength(2);
  });
});

describe('JSON with lines', () => {
  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(parseJsonWithLines(spaced).value).toEqual(JSON.parse(spaced));
      }),
      { numRuns: 300 },
    );
  });

  test('what JSON.parse refuses is refused, and nothing else but fields that are there twice', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-',
      'true',
      ' ',
      '\n',
      '"',
      '\\',
      "'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const outcome = (read: () => unknown) => {
          try {
            return { value: read() };
          } catch (error) {
            return { fault: String(error) };
          }
        };
        const ours = outcome(() => parseJsonWithLines(text).value);
        if ('fault' in ours && ours.fault.includes('twice')) return;
        expect(ours.value).toEqual(outcome(() => JSON.parse(text)).value);
      }),
      { numRuns: 3000 },
    );
  });
});
