import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSecretName, withoutSecrets } from '../../../src-shared/rules/secrets/without-secrets.ts';
import { readOldSchedules } from '../../../src-shared/third-party/old-schedules.ts';

test.each([
  ['HONE_DB_KEY="a b" ./hone', 'HONE_DB_KEY=… ./hone', ['HONE_DB_KEY']],
  [`env "HONE_DB_KEY=a b" ./hone`, `env "HONE_DB_KEY=…" ./hone`, ['HONE_DB_KEY']],
  [`K_PASSWORD=a'b c'\\ d"e" x`, 'K_PASSWORD=… x', ['K_PASSWORD']],
  [
    'tool --passphrase=abc --s3-secret-key def',
    'tool --passphrase=… --s3-secret-key …',
    ['passphrase', 's3-secret-key'],
  ],
  ['tool --s3-secret-key "$AWS_SECRET" --token $T', 'tool --s3-secret-key "$AWS_SECRET" --token $T', []],
  ['curl -H "Authorization: Bearer $TOKEN"', 'curl -H "Authorization: Bearer $TOKEN"', []],
  ['curl -H "X-Api-Key: abc" x', 'curl -H "X-Api-Key: …" x', ['X-Api-Key']],
  ['curl -H "Authorization: Token abc" x', 'curl -H "Authorization: Token …" x', ['Authorization']],
  ['db_password = "abc"', 'db_password = "…"', ['db_password']],
  ['curl https://abcdef@host/x', 'curl https://…@host/x', ['the token in an address']],
  [
    'curl https://hooks.slack.com/services/T0/B0/x',
    'curl https://hooks.slack.com/services/…',
    ['the address of a hook'],
  ],
  ['curl https://hc.lan/ping/0b0e-4f1a-9c3d-77aa', 'curl https://hc.lan/ping/…', ['the address of a ping']],
  ['curl -u ann:abc x', 'curl -u ann:… x', ['the password after a user']],
  ['rsync x https://ann:abc@host/y', 'rsync x https://ann:…@host/y', ['the password in an address']],
  [`sqlite3 x "PRAGMA key = 'abc def'; y"`, `sqlite3 x "PRAGMA key = …; y"`, ['PRAGMA key']],
  ['curl https://hc-ping.com/1234-5678', 'curl https://hc-ping.com/…', ['the address of a ping']],
  [`echo 'a b' | gpg --passphrase-fd 0 x`, 'echo … | gpg --passphrase-fd 0 x', ['what was piped into a command']],
  ['openssl enc -aes-256-cbc -k abc -in x', 'openssl enc -aes-256-cbc -k … -in x', ['the passphrase of openssl']],
  ['openssl enc -pass pass:abc -in x', 'openssl enc -pass … -in x', ['pass']],
  [`PRAGMA key = 'it''s'; x`, 'PRAGMA key = …; x', ['PRAGMA key']],
  [`PRAGMA hexkey = x'0123'; x`, 'PRAGMA hexkey = …; x', ['PRAGMA key']],
  ['docker run -eHONE_DB_KEY=abc x', 'docker run -eHONE_DB_KEY=… x', ['eHONE_DB_KEY']],
  ['HONE_DB_KEY="never closed', 'HONE_DB_KEY=…', ['HONE_DB_KEY']],
  ['echo "Backup failed!" | mail -s x ann@example.com', 'echo "Backup failed!" | mail -s x ann@example.com', []],
  ['HONE_DB_KEY=$(pass show hone) ./hone', 'HONE_DB_KEY=$(pass show hone) ./hone', []],
  ['HONE_DB_KEY="$A:hunter2" ./hone', 'HONE_DB_KEY=… ./hone', ['HONE_DB_KEY']],
  ['HONE_DB_KEY="$(echo hunter2)" ./hone', 'HONE_DB_KEY=… ./hone', ['HONE_DB_KEY']],
  ['tool --keep 7 --key-file /etc/key -y', 'tool --keep 7 --key-file /etc/key -y', []],
  ['export PATH=/usr/bin HOME=/root', 'export PATH=/usr/bin HOME=/root', []],
])('%s', (text, cleaned, secrets) => {
  expect(withoutSecrets(text)).toEqual({ text: cleaned, secrets });
});

test.each([
  'HONE_DB_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'ADMIN_TOKEN',
  'password',
  'PASSPHRASE',
  'key',
  'api-key',
  'PGPASSWORD',
  'MYSQL_PWD',
  'SECRET_KEY_BASE',
])('%s is secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each(['monkey', 'PATH', 'HONE_BACKUP_DIR', 'KEYBOARD', 'keep', 'PWD', 'token-file', 'PASSPHRASE_FD'])(
  '%s is no secret',
  (name) => {
    expect(isSecretName(name)).toBe(false);
  },
);

test('no secret of any kind is in an answer, however it is quoted', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9 _.!/+@%,:;|&$#-]{6,20}$/).map((text) => `S3cr3t${text.trim()}xyzzy`);
  const quoted = fc.constantFrom(
    (text: string) => `"${text}"`,
    (text: string) => `'${text}'`,
    (text: string) => text.replace(/[^\w.+-]/g, (char) => `\\${char}`),
  );
  const place = fc.constantFrom(
    (value: string) => `0 2 * * * HONE_DB_KEY=${value} hone backup create`,
    (value: string) => `0 2 * * * root hone backup create --passphrase ${value}`,
    (value: string) => `0 2 * * * hone backup create --token=${value}`,
    (value: string) => `HONE_DB_KEY=${value}\n0 2 * * * hone backup create`,
    (value: string) => `[Service]\nEnvironment=HONE_DB_KEY=${value}\nExecStart=/x\n[Timer]\nOnCalendar=daily`,
    (value: string) => `[Service]\nExecStart=/x --password ${value}\n[Timer]\nOnCalendar=daily`,
    (value: string) => `HONE_BACKUP_SCHEDULE=24\nHONE_DB_KEY=${value}`,
    (value: string) => `99 2 * * * HONE_DB_KEY=${value} hone backup create`,
    (value: string) => `HONE_DB_KEY=${value} hone backup create`,
    (value: string) => `0 2 * * * docker run -e HONE_DB_KEY=${value} hone`,
    (value: string) => `0 2 * * * sh -c export\\ X;HONE_DB_KEY=${value};hone backup`,
    (value: string) => `# /etc/cron.daily/x\nexport HONE_DB_KEY=${value}\nhone backup create`,
  );
  fc.assert(
    fc.property(secret, quoted, place, (text, quote, write) => {
      const answer = JSON.stringify(readOldSchedules(write(quote(text))));
      expect(answer).not.toContain('S3cr3t');
      expect(answer).not.toContain('xyzzy');
    }),
    { numRuns: 500 },
  );
});
