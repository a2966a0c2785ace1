import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CipherSettings, OtherCipher } from '../../src-shared/model/database-encryption.ts';
import { DestinationSettings } from '../../src-shared/model/destination.ts';
import { recoveryKit } from '../../src-shared/recovery-kit/kit-document.ts';
import type { KitPlan } from '../../src-shared/recovery-kit/kit-plan.ts';
import { fetchCommands, fetchOne, readEncrypted, shellWord } from '../../src-shared/recovery-kit/recovery-commands.ts';
import { kitPage, kitText } from '../../src-shared/recovery-kit/recovery-kit-pages.ts';
import { parseCipherSettings, SQLCIPHER_DEFAULTS } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const HOST_KEY = `ssh-ed25519 SHA256:${'k'.repeat(43)}`;
const settings = {
  folder: DestinationSettings.parse({ kind: 'folder', path: "/mnt/nas/it's here" }),
  s3: DestinationSettings.parse({
    kind: 's3',
    provider: 'custom',
    endpoint: 'https://s3.example.org:9000',
    region: 'eu-1',
    bucket: 'my.bucket',
    prefix: 'laptop/app',
  }),
  aws: DestinationSettings.parse({
    kind: 's3',
    provider: 'aws',
    endpoint: null,
    region: 'eu-west-1',
    bucket: 'plain',
    credentials: 'chain',
  }),
  sftp: DestinationSettings.parse({
    kind: 'sftp',
    host: 'backup.example.org',
    port: 2222,
    user: 'me',
    path: '/srv/$my "folder"',
    login: { kind: 'key', path: '/home/me/.ssh/id backup' },
    hostKey: HOST_KEY,
  }),
};
const [key, formerKey] = ['a', 'b'].map((digit) => `scrypt:${'0'.repeat(32)}:${digit.repeat(64)}`);

function planOf(more: Partial<KitPlan> = {}): KitPlan {
  return {
    name: 'My <app>',
    sourceKind: 'database',
    namePattern: '{plan}-{date}-{time}-{id}',
    attachedFiles: [],
    sourcePath: '/home/me/app & more/app.db',
    compression: 'gz',
    method: 'online',
    encryption: null,
    databaseEncryptions: [],
    formerEncryptions: [],
    passphrases: [],
    destinations: [],
    ...more,
  };
}

const textOf = (...plans: KitPlan[]): string => kitText(recoveryKit(plans), 'Made now.');

describe('where snapshots are', () => {
  const text = textOf(
    planOf({
      destinations: Object.entries(settings).map(([name, each]) => ({
        name,
        label: `label of ${name}`,
        settings: each,
      })),
    }),
  );

  test('is told with what gets at it', () => {
    for (const part of [
      `cp '/mnt/nas/it'\\''s here'/"$SNAPSHOT" '/mnt/nas/it'\\''s here'/"$SNAPSHOT.manifest.json" .`,
      'aws s3 --endpoint-url https://s3.example.org:9000 --region eu-1 ls s3://my.bucket/laptop/app/',
      'aws s3 --endpoint-url https://s3.example.org:9000 --region eu-1 cp s3://my.bucket/laptop/app/"$SNAPSHOT" .',
      'aws s3 --region eu-west-1 cp s3://plain/"$SNAPSHOT.manifest.json" .',
      "sftp -P 2222 -i '/home/me/.ssh/id backup' me@backup.example.org <<END",
      'cd "/srv/\\$my \\\\"folder\\\\""',
      `Host key: ${HOST_KEY}`,
      'keep a copy of that file',
      "SNAPSHOT='My-app-YYYY-MM-DD-HHMMSS-XXXXXX.db.gz'",
    ])
      expect(text).toContain(part);
  });

  test('and has a line to write each secret on, and none for keys that this machine gives by itself', () => {
    const labels = [...text.matchAll(/^(.+):\n\n_{20,}$/gm)].map(([, label]) => label);
    expect(labels).toEqual(['Access key id', 'Secret access key', 'Passphrase of the private key']);
  });
});

test('the names of folders reach the programs as they are', () => {
  const folder = temporaryFolder();
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0')),
      (text) => {
        const out = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
        expect(out).toBe(text);
      },
    ),
    { numRuns: 40 },
  );
  // A stand-in for sftp that shows what it is given; sftp itself takes the quotes and the backslashes away.
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'sftp'), '#!/bin/sh\ncat\n', { mode: 0o700 });
  const script = ['SNAPSHOT=one.db', ...fetchCommands(settings.sftp).fetch].join('\n');
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8', env })).toBe(
    'cd "/srv/$my \\"folder\\""\nget "one.db"\nget "one.db.manifest.json"\n',
  );
  const loop = ['for FILES in a.tar b.img; do', ...fetchOne(settings.sftp, '$FILES'), 'done'].join('\n');
  expect(execFileSync('sh', ['-c', loop], { encoding: 'utf8', env })).toBe(
    ['a.tar', 'b.img'].map((name) => `cd "/srv/$my \\"folder\\""\nget "${name}"\n`).join(''),
  );
  expect(fetchOne(settings.aws, '$FILES')).toEqual(['  aws s3 --region eu-west-1 cp s3://plain/"$FILES" .']);
});

describe('how a snapshot is opened', () => {
  test('by a passphrase, with those of before, each by its fingerprint', () => {
    const text = textOf(planOf({ encryption: { kind: 'passphrase' }, passphrases: [key ?? '', formerKey ?? ''] }));
    expect(text).toContain('age -d -o "$PACKED" "$SNAPSHOT"');
    expect(text).toContain('Passphrase aaaaaaaa:\n');
    expect(text).toContain('Passphrase bbbbbbbb, of older snapshots:\n');
    expect(text).toContain('.db.gz.age');
    expect(text).toContain('age (https://age-encryption.org)');
  });

  test('by an identity, and in the way of before where that was another', () => {
    const encryption = { kind: 'recipients' as const, recipients: ['age1one', 'age1two'] };
    const text = textOf(planOf({ encryption, formerEncryptions: ['passphrase', 'recipients'] }));
    expect(text).toContain('age -d -i identity.txt -o "$PACKED" "$SNAPSHOT"');
    expect(text).toContain('age -d -o "$PACKED" "$SNAPSHOT"');
    for (const label of ['Identity of age1one, or where it is stored:\n', 'Identity of age1two', '\nPassphrase:\n'])
      expect(text).toContain(label);
  });

  test.each<[CipherSettings, string]>([
    [SQLCIPHER_DEFAULTS[4], 'sqlcipher restored.db'],
    [SQLCIPHER_DEFAULTS[3], 'sqlcipher restored.db'],
    [SQLCIPHER_DEFAULTS[1], 'sqlcipher restored.db'],
    [{ ...SQLCIPHER_DEFAULTS[4], cipher: 'sqlcipher-mc' }, 'sqlite3mc restored.db'],
    ...OtherCipher.options.map((cipher): [CipherSettings, string] => [
      { cipher, rawKey: false },
      'sqlite3mc restored.db',
    ]),
  ])('with the key of %o and the PRAGMAs it needs', (settings, command) => {
    const text = textOf(planOf({ databaseEncryptions: [{ settings, key: key ?? '' }] }));
    expect(text).toContain('The key aaaaaaaa:\n');
    for (const statement of readEncrypted(settings).statements) expect(text).toContain(`\n${statement}\n`);
    expect(text).toContain("PRAGMA key = 'THE KEY';");
    expect(text).toContain(command);
    expect(text).not.toContain('THE SALT');
  });

  test('with custom settings, each as the statement that sets it', () => {
    const settings = parseCipherSettings('page_size=1024 kdf_iter=4000').settings;
    expect(textOf(planOf({ databaseEncryptions: [{ settings, key: key ?? '' }] }))).toContain(
      [
        "sqlcipher restored.db <<'END'",
        "PRAGMA key = 'THE KEY';",
        'PRAGMA cipher_page_size = 1024;',
        'PRAGMA kdf_iter = 4000;',
        'PRAGMA cipher_kdf_algorithm = PBKDF2_HMAC_SHA512;',
        'PRAGMA cipher_hmac_algorithm = HMAC_SHA512;',
        'PRAGMA integrity_check;',
        'END',
      ].join('\n'),
    );
    expect(readEncrypted({ ...SQLCIPHER_DEFAULTS[4], hmacAlgorithm: null }).statements).toContain(
      'PRAGMA cipher_use_hmac = OFF;',
    );
  });

  test('with a raw key in digits, and a line for the salt that a plaintext header has taken the place of', () => {
    const settings = { ...SQLCIPHER_DEFAULTS[4], kdfIterations: null, plaintextHeaderSize: 32 as const };
    const text = textOf(planOf({ databaseEncryptions: [{ settings, key: key ?? '' }] }));
    expect(text).toContain(`PRAGMA key = "x'THE KEY'";`);
    expect(text).toContain(`PRAGMA cipher_plaintext_header_size = 32;\nPRAGMA cipher_salt = "x'THE SALT'";`);
    expect(text).toContain('Its salt:\n');
  });

  test('without any of it where there is nothing to open', () => {
    const text = textOf(planOf());
    expect(text).not.toMatch(/age -d|PRAGMA key|sqlcipher|aws|sftp/);
    expect(text).toContain("sqlite3 restored.db 'PRAGMA integrity_check;'");
  });
});

describe('the page', () => {
  const document = recoveryKit([
    planOf({ destinations: [{ name: 'A', label: '"x" & y', settings: settings.folder }] }),
  ]);
  const page = kitPage(document, 'Made <now>.');

  test('says all that the text says', () => {
    const visible = page
      .replace(/^[\s\S]*<body>/, '')
      .replace(/<[^>]+>/g, ' ')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&')
      .replace(/\s+/g, ' ');
    const words = kitText(document, 'Made <now>.')
      .split(/\s+/)
      .filter((word) => !/^(?:[=_*-]+|```)$/.test(word));
    for (const word of words) expect(visible).toContain(word.replace(/:$/, ''));
  });

  test('has nothing of the plans as markup, no script, and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<img|<link|src=|href=|url\(|@import/);
    expect(page).not.toContain('<app>');
    expect(page).toContain('@media print');
    expect(page).toContain("default-src 'none'");
  });
});

test('what is said changes with the facts alone', () => {
  const one = textOf(planOf({ encryption: { kind: 'passphrase' }, passphrases: [key ?? ''] }));
  expect(textOf(planOf({ encryption: { kind: 'passphrase' }, passphrases: [key ?? ''] }))).toBe(one);
  expect(textOf(planOf({ encryption: { kind: 'passphrase' }, passphrases: [formerKey ?? '', key ?? ''] }))).not.toBe(
    one,
  );
});
