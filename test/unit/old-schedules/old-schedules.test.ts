import { describe, expect, test } from 'vitest';
import { OldSchedules } from '../../../src-shared/model/third-party/old-schedule.ts';
import { readOldCommand } from '../../../src-shared/third-party/old-command-facts.ts';
import { readOldSchedules } from '../../../src-shared/third-party/old-schedules.ts';

const SECRET = 'correct horse "battery" staple';
const read = (text: string, path?: string) => {
  const answer = readOldSchedules(text, path);
  expect(OldSchedules.parse(answer)).toEqual(answer);
  return answer;
};
const one = (text: string, path?: string) => {
  const { schedules, unread } = read(text, path);
  expect({ count: schedules.length, unread }).toEqual({ count: 1, unread: [] });
  return schedules[0];
};
const daily = (time: string) => ({ kind: 'daily', time });
const facts = { source: null, destination: null, retention: null, secrets: [] };

describe('lines of crontabs', () => {
  test('Hone, with its passphrase in the line', () => {
    const line = `0 2 * * * cd /srv/hone && HONE_DB_KEY="${SECRET.replaceAll('"', '\\"')}" ./hone backup create && ./hone backup prune --keep 7 -y >> /var/log/hone.log 2>&1`;
    const found = one(line);
    expect(found).toMatchObject({
      line: 1,
      schedule: daily('02:00'),
      timeZone: null,
      facts: { program: 'hone', does: 'backup', retention: { keepLast: 7 }, secrets: ['HONE_DB_KEY'] },
      notes: [expect.stringContaining('HONE_DB_KEY')],
    });
    expect(found?.command).toContain('HONE_DB_KEY=… ./hone backup create');
    expect(JSON.stringify(found)).not.toMatch(/correct|battery|staple/);
  });

  test('Hone in a container', () => {
    expect(
      one(
        '30 2 * * * docker exec hone /app/hone backup create --dir /backups && docker exec hone /app/hone backup prune --dir /backups --keep 14 -y',
      ),
    ).toMatchObject({
      schedule: daily('02:30'),
      command: expect.stringMatching(/^docker exec/),
      facts: { program: 'hone', destination: '/backups', retention: { keepLast: 14 } },
    });
  });

  test('OpenMemory, called over HTTP with a token', () => {
    const found = one(
      `0 2 * * * curl -X POST http://localhost:3000/admin/backup -H "Authorization: Bearer abc.DEF-123"`,
    );
    expect(found).toMatchObject({
      schedule: daily('02:00'),
      facts: { ...facts, program: 'openmemory', does: 'backup', secrets: ['Authorization'] },
    });
    expect(JSON.stringify(found)).not.toContain('DEF');
  });

  test('Sound Box, copied to another machine', () => {
    expect(one('30 4 * * * rsync -az /var/backups/soundbox/ backup-server:/soundbox-backups/')).toMatchObject({
      schedule: daily('04:30'),
      facts: {
        program: 'soundbox',
        does: 'copy',
        source: '/var/backups/soundbox/',
        destination: 'backup-server:/soundbox-backups/',
      },
    });
  });

  test('PiSovereign, backed up and verified an hour later', () => {
    const { schedules } = read(`# m h dom mon dow command
0 2 * * * /usr/local/bin/pisovereign-backup.sh >> /var/log/pisovereign-backup.log 2>&1

0 3 * * * /usr/local/bin/verify-backup.sh || echo "Backup verification failed!" | mail -s "PiSovereign Backup Alert" admin@example.com
`);
    expect(schedules).toMatchObject([
      { line: 2, schedule: daily('02:00'), facts: { program: 'pisovereign', does: 'backup' } },
      { line: 4, schedule: daily('03:00'), facts: { program: 'pisovereign', does: 'verify' } },
    ]);
  });

  test('settings above the lines, users, percent signs', () => {
    const { schedules, unread } = read(
      `MAILTO=admin@example.com
CRON_TZ="Europe/Berlin"
TZ=UTC
HONE_DB_KEY=topsecret
HONE_BACKUP_DIR=/mnt/nas/hone
15 1 * * 1-5 root /opt/hone/hone backup create
@weekly www-data /opt/portunus/portunus-server backup --out /srv/p/$(date +\\%F).db%this is typed
@reboot /opt/hone/hone serve
61 * * * * root true
just words
0 2 * * *
`,
      '/etc/cron.d/backups',
    );
    expect(schedules).toMatchObject([
      {
        line: 6,
        schedule: { kind: 'weekly', days: [1, 2, 3, 4, 5], time: '01:15' },
        timeZone: 'Europe/Berlin',
        command: '/opt/hone/hone backup create',
        facts: { program: 'hone', destination: '/mnt/nas/hone', secrets: ['HONE_DB_KEY'] },
      },
      {
        line: 7,
        schedule: { kind: 'weekly', days: [7], time: '00:00' },
        command: '/opt/portunus/portunus-server backup --out /srv/p/$(date +%F).db',
        facts: { program: 'portunus', destination: '/srv/p' },
      },
    ]);
    expect(unread.map(({ line }) => line)).toEqual([8, 9, 10, 11]);
    expect(JSON.stringify(schedules)).not.toContain('topsecret');
  });

  test('the word before the command is a user only where it can be told', () => {
    const command = (line: string, path?: string) => one(line, path)?.command;
    expect(command('0 2 * * * root hone backup create')).toBe('hone backup create');
    expect(command('0 2 * * * hone backup create')).toBe('hone backup create');
    expect(command('0 2 * * * hone /opt/hone/hone backup create')).toBe('/opt/hone/hone backup create');
    expect(command('0 2 * * * someone backup-all', '/etc/crontab')).toBe('backup-all');
    expect(command('0 2 * * * root backup-all', '/var/spool/cron/crontabs/ann')).toBe('root backup-all');
  });
});

describe('systemd', () => {
  const service = `[Unit]
Description=Backup of Hone

[Service]
Type=oneshot
User=hone
# The key
Environment="HONE_DB_KEY=${SECRET.replaceAll('"', '')}" HONE_BACKUP_DIR=/mnt/nas/hone
WorkingDirectory=/opt/hone
ExecStart=/opt/hone/hone backup create
ExecStartPost=-/opt/hone/hone backup prune \\
  --keep 7 -y
`;
  const timer = (lines: string) => `[Unit]\nDescription=x\n\n[Timer]\n${lines}\n\n[Install]\nWantedBy=timers.target\n`;

  test('a timer with its service', () => {
    const found = one(`${service}\n${timer('OnCalendar=*-*-* 02:00:00\nPersistent=true\nRandomizedDelaySec=15min')}`);
    expect(found).toMatchObject({
      line: 18,
      schedule: daily('02:00'),
      command: '/opt/hone/hone backup create && /opt/hone/hone backup prune --keep 7 -y',
      facts: {
        program: 'hone',
        does: 'backup',
        destination: '/mnt/nas/hone',
        retention: { keepLast: 7 },
        secrets: ['HONE_DB_KEY'],
      },
    });
    expect(found?.notes).toHaveLength(3);
    expect(JSON.stringify(found)).not.toMatch(/correct|battery|staple/);
  });

  test('an interval, and several times', () => {
    expect(one(timer('OnBootSec=10min\nOnUnitActiveSec=1d'))?.schedule).toEqual({ kind: 'interval', hours: 24 });
    expect(
      read(timer('OnCalendar=daily\nOnCalendar=\nOnCalendar=Mon 03:00\nOnCalendar=Sat 04:00')).schedules,
    ).toMatchObject([
      { schedule: { kind: 'weekly', days: [1], time: '03:00' } },
      { schedule: { kind: 'weekly', days: [6], time: '04:00' } },
    ]);
  });

  test('what cannot be read is said', () => {
    const problem = (text: string) => read(text).unread[0]?.problem;
    expect(problem(service)).toContain('.timer');
    expect(problem(timer('Persistent=true'))).toContain('no recurring time');
    expect(problem(timer('OnUnitActiveSec=15min'))).toContain('whole hours');
    expect(problem(timer('OnCalendar=2027-01-01'))).toContain('certain years');
  });
});

describe('scripts and settings', () => {
  const script = `#!/bin/sh
set -eu
DEST=/var/backups/portunus/$(date +%F).db
mkdir -p "$(dirname "$DEST")"
sudo -u portunus portunus-server --data-dir /var/lib/portunus/ \\
  backup --out "$DEST"
find /var/backups/portunus -name '*.db' -mtime +30 -delete
`;

  test('a script of /etc/cron.daily', () => {
    const expected = {
      schedule: daily('06:25'),
      command: '/etc/cron.daily/portunus-backup',
      facts: {
        program: 'portunus',
        does: 'backup',
        source: '/var/lib/portunus/state.db',
        destination: '/var/backups/portunus',
        retention: { keepDays: 30 },
      },
    };
    expect(one(script, '/etc/cron.daily/portunus-backup')).toMatchObject(expected);
    expect(one(`# /etc/cron.daily/portunus-backup\n${script}`)).toMatchObject(expected);
    expect(one(script, '/etc/cron.weekly/x')?.schedule).toEqual({ kind: 'weekly', days: [7], time: '06:47' });
    expect(read(script).unread).toMatchObject([{ line: 1, problem: expect.stringContaining('script') }]);
  });

  test('a script with folders of days, weeks and months', () => {
    expect(
      readOldCommand(`BACKUP_DIR="/backup/pisovereign"
DB_PATH="/var/lib/pisovereign/pisovereign.db"
RETENTION_DAILY=7
RETENTION_WEEKLY=4
RETENTION_MONTHLY=12
sqlite3 "$DB_PATH" ".backup /tmp/copy.db"
find "$BACKUP_DIR/daily" -name "*.db.gz" -mtime +$RETENTION_DAILY -delete
find "$BACKUP_DIR/weekly" -name "*.db.gz" -mtime +$((RETENTION_WEEKLY * 7)) -delete
`),
    ).toMatchObject({
      program: 'pisovereign',
      does: 'backup',
      source: '/var/lib/pisovereign/pisovereign.db',
      destination: '/backup/pisovereign',
      retention: { daily: 7, weekly: 4, weekday: 7, monthly: 12 },
    });
    expect(
      readOldCommand(`BACKUP_DIR=/backup/pisovereign
find "$BACKUP_DIR/daily" -name "*.db.gz" -mtime +7 -delete
find "$BACKUP_DIR/weekly" -name "*.db.gz" -mtime +28 -delete
find "$BACKUP_DIR/monthly" -name "*.db.gz" -mtime +365 -delete`),
    ).toMatchObject({ does: 'cleanup', retention: { daily: 7, weekly: 4, monthly: 12 } });
  });

  test.each([
    [
      'sqlite3 /srv/app.db "VACUUM INTO \'/backup/app.db\'"',
      { does: 'backup', source: '/srv/app.db', destination: '/backup' },
    ],
    ['sqlite3 /srv/app.db ".backup /backup/app-$(date +%F).db"', { source: '/srv/app.db', destination: '/backup' }],
    ['pisovereign-cli backup --output - | gzip > /backup/p-$(date +%Y%m%d).db.gz', { destination: '/backup' }],
    ['pisovereign-cli backup --output /backup/p.db', { program: 'pisovereign', destination: '/backup' }],
    [
      'aws s3 sync /var/backups/soundbox/ s3://bucket/soundbox/',
      { does: 'copy', destination: 's3://bucket/soundbox/' },
    ],
    ['find ./data/backups -name "*.db" -mtime +30 -delete', { retention: { keepDays: 30 } }],
    ['bun run backup:create', { program: 'openmemory', does: 'backup' }],
    ['echo hello', { program: null, does: 'unknown', source: null, destination: null, retention: null }],
  ])('%s', (command, expected) => {
    expect(readOldCommand(command)).toMatchObject(expected);
  });

  test("Hone's own schedule", () => {
    const expected = {
      schedule: { kind: 'interval', hours: 24 },
      command: null,
      facts: { ...facts, program: 'hone', does: 'backup', destination: '/backups', retention: { keepLast: 14 } },
    };
    const shell =
      'export HONE_BACKUP_SCHEDULE=24\nexport HONE_BACKUP_RETENTION=14  # two weeks\nHONE_BACKUP_DIR=/backups\n';
    expect(one(shell)).toMatchObject(expected);
    const compose = `    environment:
      - HONE_DB_KEY
      - HONE_BACKUP_SCHEDULE=24
      - HONE_BACKUP_RETENTION=14
      - HONE_BACKUP_DIR=/backups
`;
    expect(one(compose)).toMatchObject({ line: 3, ...expected });
    expect(one('HONE_BACKUP_SCHEDULE=168')?.facts.retention?.keepLast).toBe(7);
    expect(one('HONE_BACKUP_SCHEDULE=24\nHONE_DB_KEY=topsecret')?.facts.secrets).toEqual(['HONE_DB_KEY']);
    expect(JSON.stringify(one('HONE_BACKUP_SCHEDULE=24\nHONE_R2_SECRET_ACCESS_KEY=topsecret'))).not.toContain(
      'topsecret',
    );
    expect(read('HONE_BACKUP_SCHEDULE=often').unread).toHaveLength(1);
    expect(read('HONE_BACKUP_RETENTION=7').unread).toMatchObject([{ problem: expect.stringContaining('No schedule') }]);
  });

  test("OpenMemory's own schedule", () => {
    const on = 'OM_BACKUP_AUTO_SCHEDULE=true\n';
    expect(
      one(
        `${on}OM_BACKUP_SCHEDULE_CRON="0 2 * * *"\nOM_BACKUP_DIR="./data/backups"\nOM_BACKUP_RETENTION_DAYS=7\nOM_DB_PATH=/srv/om.db`,
      ),
    ).toMatchObject({
      line: 2,
      schedule: daily('02:00'),
      facts: { program: 'openmemory', source: '/srv/om.db', destination: './data/backups', retention: { keepDays: 7 } },
      notes: [],
    });
    expect(one(on)).toMatchObject({ schedule: daily('02:00'), facts: { retention: { keepDays: 7 } } });
    expect(one('OM_BACKUP_SCHEDULE_CRON="0 2 * * *"')?.notes).toHaveLength(1);
    expect(one(`${on}OM_BACKUP_CLOUD_ENABLED=true`)?.notes).toHaveLength(1);
    const schedule = (expression: string) => one(`${on}OM_BACKUP_SCHEDULE_CRON="${expression}"`)?.schedule;
    expect(schedule('0 */6 * * *')).toEqual({ kind: 'cron', expression: '0 */6 * * *' });
    expect(schedule('0 2 * * 1')).toEqual({ kind: 'weekly', days: [1], time: '02:00' });
    expect(schedule('0 2 1 * *')).toEqual({ kind: 'monthly', day: 1, time: '02:00' });
  });

  test("Sound Box's own schedule", () => {
    expect(one('# where\nBACKUP_DIR=/var/backups/soundbox\n\nBACKUP_TIME=03:00\n')).toMatchObject({
      line: 4,
      schedule: daily('03:00'),
      facts: {
        program: 'soundbox',
        destination: '/var/backups/soundbox',
        retention: { keepDays: 14, weekly: 11, weekday: 7 },
      },
      notes: [],
    });
    expect(one('BACKUP_DIR=/var/backups/soundbox')?.schedule).toEqual(daily('03:00'));
    expect(read('BACKUP_DIR=/backup/other\nBACKUP_DIRS=x').unread).toHaveLength(1);
    expect(one('BACKUP_TIME=4:30')).toMatchObject({ schedule: daily('04:30'), notes: [expect.any(String)] });
  });
});
