import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_NAME_PATTERN,
  idLetters,
  NAME_ATTEMPTS,
  nameFromPattern,
} from '../../src-shared/rules/names/name-pattern.ts';
import { extensionFor } from '../../src-shared/rules/names/naming.ts';
import { readBackupName } from '../../src-shared/third-party/backup-names.ts';
import { findTime, instantOf } from '../../src-shared/third-party/times-in-names.ts';

const utc = { clock: 'utc', clockAssumed: false } as const;
const assumedUtc = { clock: 'utc', clockAssumed: true } as const;
const local = { clock: 'local', clockAssumed: true } as const;
const day = (wallClock: string) => ({ wallClock, precision: 'day', ...local }) as const;

describe('the names of the five programs', () => {
  test.each([
    [
      'hone-2024-01-15-143022.db.gz',
      {
        program: 'hone',
        compression: 'gz',
        time: { wallClock: '2024-01-15T14:30:22', precision: 'second', ...assumedUtc },
      },
    ],
    [
      'portunus-state-2026-05-08T12:34:56Z.db',
      {
        program: 'portunus',
        compression: 'none',
        time: { wallClock: '2026-05-08T12:34:56', precision: 'second', ...utc },
      },
    ],
    [
      'portunus-state-2026-05-08T12-34-56.123456+02:00.db',
      {
        program: 'portunus',
        time: { wallClock: '2026-05-08T12:34:56.123', precision: 'millisecond', clock: '+02:00', clockAssumed: false },
      },
    ],
    [
      'portunus-state-20260508T123456-0330.db',
      {
        program: 'portunus',
        time: { wallClock: '2026-05-08T12:34:56', precision: 'second', clock: '-03:30', clockAssumed: false },
      },
    ],
    ['portunus-backup-2026-05-08.db', { program: 'portunus', time: day('2026-05-08') }],
    ['2026-05-08.db', { program: 'portunus', planName: 'portunus', time: day('2026-05-08') }],
    [
      'backup-manual-2024-01-01T10-30-00-000Z.db',
      {
        program: 'openmemory',
        trigger: 'manual',
        time: { wallClock: '2024-01-01T10:30:00.000', precision: 'millisecond', ...utc },
      },
    ],
    ['backup-auto-2024-01-01T02-00-00-000Z.db', { program: 'openmemory', trigger: 'automatic' }],
    ['vacuum-backup-2024-01-01.db', { program: 'openmemory', kind: 'database', time: day('2024-01-01') }],
    ['dump-2024-01-01.sql', { program: 'openmemory', kind: 'dump', time: day('2024-01-01') }],
    ['backup-2024-01-01.db', { program: 'openmemory', kind: 'database', trigger: 'unknown', time: day('2024-01-01') }],
    [
      '2024-01-15/soundbox.db',
      { program: 'soundbox', kind: 'database', time: day('2024-01-15'), group: 'soundbox:2024-01-15', link: false },
    ],
    [
      '2024-01-15/generated/a/abc123.wav',
      { program: 'soundbox', kind: 'folder', time: day('2024-01-15'), group: 'soundbox:2024-01-15' },
    ],
    ['2024-01-15\\generated\\abc123.wav', { program: 'soundbox', group: 'soundbox:2024-01-15' }],
    ['latest/soundbox.db', { program: 'soundbox', time: null, link: true }],
    [
      'daily/pisovereign-20260207.db.gz',
      {
        program: 'pisovereign',
        tier: 'daily',
        trigger: 'automatic',
        compression: 'gz',
        time: day('2026-02-07'),
        group: 'pisovereign:2026-02-07',
      },
    ],
    [
      'weekly/pisovereign-week06-20260207.db.gz',
      { program: 'pisovereign', tier: 'weekly', time: day('2026-02-07'), group: 'pisovereign:2026-02-07' },
    ],
    [
      'monthly/pisovereign-202602.db.gz',
      { program: 'pisovereign', tier: 'monthly', time: { wallClock: '2026-02', precision: 'month', ...local } },
    ],
    [
      'pisovereign-20260207_143022.db',
      { program: 'pisovereign', tier: null, time: { wallClock: '2026-02-07T14:30:22', precision: 'second', ...local } },
    ],
    ['config/config-20260207.toml', { kind: 'config', time: day('2026-02-07'), group: 'pisovereign:2026-02-07' }],
    [
      'pisovereign-full-20260207.img.gz',
      { kind: 'image', compression: 'gz', time: day('2026-02-07'), group: 'pisovereign:2026-02-07' },
    ],
    ['system/20260207/', { program: 'pisovereign', kind: 'folder', planName: 'system', time: day('2026-02-07') }],
    ['system/20260207/etc/passwd', { program: 'pisovereign', kind: 'folder', group: 'pisovereign:2026-02-07' }],
    ['system/latest', { program: 'pisovereign', kind: 'folder', link: true, time: null }],
    ['daily/latest.db.gz', { link: true }],
  ])('%s', (path, expected) => {
    expect(readBackupName(path)).toMatchObject(expected);
  });
});

describe('other names', () => {
  test.each([
    [
      'Läger-2026-11-20-020304-k3f9qa.db.zst',
      {
        program: 'snapkeep',
        planName: 'Läger',
        compression: 'zst',
        time: { wallClock: '2026-11-20T02:03:04', precision: 'second', ...utc },
      },
    ],
    ['app.2024.01.15.sqlite', { program: null, planName: 'app', time: day('2024-01-15') }],
    ['My App 2024_01_15 (old).db', { planName: 'My App-(old)', time: day('2024-01-15') }],
    [
      'db_20240115143022.sql.gz',
      { kind: 'dump', planName: 'db', time: { wallClock: '2024-01-15T14:30:22', precision: 'second', ...local } },
    ],
    ['weekly/app-20240115.sqlite3.gz', { tier: 'weekly', planName: 'app', compression: 'gz' }],
    ['app.db', { planName: 'app', time: null, group: 'app:' }],
    ['2024-01-15/app.db', { planName: 'app', time: day('2024-01-15'), group: '2024-01-15/' }],
    ['money/20240115.db', { planName: 'money', time: day('2024-01-15') }],
    ['vault-backup.tar.gz', { kind: 'folder', planName: 'vault-backup', time: null }],
    ['app-2024-01-15T25-00-00.db', { time: day('2024-01-15') }],
    ['APP-2024-01-15.DB.GZ', { planName: 'APP', compression: 'gz', time: day('2024-01-15') }],
  ])('%s', (path, expected) => {
    expect(readBackupName(path)).toMatchObject(expected);
  });

  test.each([
    'app-2024-02-30.db',
    'app-2023-02-29.db',
    'app-2024-13-01.db',
    'app-20241301.db',
    'app-2024-00-10.db',
    'hone-2024-02-30-143022.db.gz',
    'pisovereign-202613.db.gz',
    'app-1202401150.db',
    'app-2024-0115.db',
  ])('%s has no date', (path) => {
    expect(readBackupName(path)?.time).toBeNull();
  });

  test.each([
    '',
    'notes.txt',
    'app.db-wal',
    'app-2024-01-15-143022.db.gz.manifest.json',
    '2024-01-15/other/abc.wav',
    'config.toml',
    'latest',
  ])('%j is no backup', (path) => {
    expect(readBackupName(path)).toBeNull();
  });

  test('files of one backup share a group, and no others', () => {
    const groupOf = (path: string) => readBackupName(path)?.group;
    expect(groupOf('app-2024-01-15.db')).toBe(groupOf('app-2024-01-15.sql'));
    expect(groupOf('app-2024-01-15.db')).not.toBe(groupOf('app-2024-01-16.db'));
    expect(groupOf('a/app-2024-01-15.db')).not.toBe(groupOf('b/app-2024-01-15.db'));
    expect(groupOf('x/2024-01-15/app.db')).toBe(groupOf('x/2024-01-15/other.db'));
  });
});

describe('every name made from a pattern is read back', () => {
  const moment = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-12-30'), noInvalidDate: true });
  const zone = fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York', 'Europe/Berlin');
  const letters = fc.stringMatching(/^[a-z]{1,12}$/);
  const seconds = (at: Date): string => `${at.toISOString().slice(0, 19)}.000Z`;

  test('those of templates, in UTC and on local clocks', () => {
    const form = fc.constantFrom(
      '{date}-{time}',
      '{compact-date}_{time}',
      '{compact-date}{time}',
      '{utc}',
      '{date}.{time}',
    );
    const wrapped = fc.constantFrom('{plan}-TIME', 'TIME', 'x_TIME', '{plan}.TIME.full', 'TIME {plan}');
    const compression = fc.constantFrom('gz', 'zst', 'none');
    fc.assert(
      fc.property(moment, zone, form, wrapped, letters, compression, (at, timeZone, time, around, planName, stored) => {
        const parts = { planName, at, timeZone, ending: extensionFor(stored), letters: 'k3f9qa' };
        const read = readBackupName(nameFromPattern(around.replace('TIME', time), parts));
        expect(read?.time && instantOf(read.time, 'UTC')).toBe(seconds(at));
        expect(read?.compression).toBe(stored);
        const shown = nameFromPattern(around.replace('TIME', '{local-date}_{local-time}'), parts);
        const back = readBackupName(shown)?.time;
        // A clock that is set back shows a time twice; read as its first one, it is shown the same again.
        const again = back && new Date(instantOf(back, timeZone));
        expect(
          again && nameFromPattern(around.replace('TIME', '{local-date}_{local-time}'), { ...parts, at: again }),
        ).toBe(shown);
      }),
      { numRuns: 300 },
    );
  });

  test("Snapkeep's own, whatever the plan is called", () => {
    fc.assert(
      fc.property(
        letters,
        moment,
        fc.uuid(),
        fc.integer({ min: 1, max: NAME_ATTEMPTS }),
        (planName, at, id, attempt) => {
          fc.pre(planName !== 'hone');
          const parts = { planName, at, timeZone: null, ending: '.db.gz', letters: idLetters(id), attempt };
          const read = readBackupName(nameFromPattern(DEFAULT_NAME_PATTERN, parts));
          expect(read).toMatchObject({ program: 'snapkeep', planName, time: utc });
          expect(read?.time && instantOf(read.time, 'Asia/Tokyo')).toBe(seconds(at));
        },
      ),
    );
  });

  test("the programs'", () => {
    const pad = (value: number, length = 2) => `${value}`.padStart(length, '0');
    fc.assert(
      fc.property(moment, (at) => {
        const iso = at.toISOString();
        const date = iso.slice(0, 10);
        const compact = date.replaceAll('-', '');
        const clock = iso.slice(11, 19).replaceAll(':', '');
        const named: Array<[path: string, program: string, wallClock: string]> = [
          [`hone-${date}-${clock}.db.gz`, 'hone', iso.slice(0, 19)],
          [`portunus-state-${iso}.db`, 'portunus', iso.slice(0, 23)],
          [`portunus-state-${iso.slice(0, 19)}+00:00.db`, 'portunus', iso.slice(0, 19)],
          [`portunus-backup-${date}.db`, 'portunus', date],
          [`${date}.db`, 'portunus', date],
          [`backup-manual-${iso.replace(/[:.]/g, '-')}.db`, 'openmemory', iso.slice(0, 23)],
          [`backup-auto-${iso.replace(/[:.]/g, '-')}.db`, 'openmemory', iso.slice(0, 23)],
          [`dump-${date}.sql`, 'openmemory', date],
          [`${date}/soundbox.db`, 'soundbox', date],
          [`daily/pisovereign-${compact}.db.gz`, 'pisovereign', date],
          [`weekly/pisovereign-week${pad(1 + (at.getUTCDate() % 53))}-${compact}.db.gz`, 'pisovereign', date],
          [`monthly/pisovereign-${compact.slice(0, 6)}.db.gz`, 'pisovereign', date.slice(0, 7)],
          [`pisovereign-${compact}_${clock}.db`, 'pisovereign', iso.slice(0, 19)],
          [`config/config-${compact}.toml`, 'pisovereign', date],
          [`pisovereign-full-${compact}.img.gz`, 'pisovereign', date],
        ];
        for (const [path, program, wallClock] of named)
          expect([path, readBackupName(path)]).toMatchObject([path, { program, time: { wallClock } }]);
      }),
      { numRuns: 200 },
    );
  });

  test('whatever is given, what is found is a date of the calendar', () => {
    const piece = fc.constantFrom(
      '2024',
      '20',
      '02',
      '30',
      '29',
      '13',
      '-',
      '_',
      'T',
      ':',
      'Z',
      '+0200',
      'x',
      '1',
      '/',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const time = findTime(pieces.join(''), 'utc')?.time;
        if (time === undefined) return;
        const [date = ''] = time.wallClock.split('T');
        expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
        expect(instantOf(time, 'UTC')).toMatch(/^\d{4}-/);
      }),
      { numRuns: 1000 },
    );
  });
});
