import type { CipherSettings } from '../model/database-encryption.ts';
import type { DestinationSettings } from '../model/destination.ts';
import { driverPragmas, needsSalt, sqlcipherPragmas, usesRawKey } from '../rules/sqlite/cipher-settings.ts';

/*
 * The commands of the recovery kit, for a POSIX shell. In all of them SNAPSHOT is the name of the snapshot's file, and
 * they are run one after the other in an empty folder.
 */

/** A text as one word of the shell, whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What shows the names at a destination, and what brings the snapshot and its manifest here. */
export function fetchCommands(settings: DestinationSettings): { list: string[]; fetch: string[] } {
  switch (settings.kind) {
    case 'folder': {
      const folder = shellWord(settings.path);
      return {
        list: [`ls -l ${folder}`],
        fetch: [`cp ${folder}/"$SNAPSHOT" ${folder}/"$SNAPSHOT.manifest.json" .`],
      };
    }
    case 's3': {
      const endpoint = settings.endpoint === null ? '' : ` --endpoint-url ${shellWord(settings.endpoint)}`;
      const aws = `aws s3${endpoint} --region ${shellWord(settings.region)}`;
      const folder = shellWord(`s3://${settings.bucket}/${settings.prefix === '' ? '' : `${settings.prefix}/`}`);
      return {
        list: [`${aws} ls ${folder}`],
        fetch: [`${aws} cp ${folder}"$SNAPSHOT" .`, `${aws} cp ${folder}"$SNAPSHOT.manifest.json" .`],
      };
    }
    case 'sftp': {
      const key = settings.login.kind === 'key' ? ` -i ${shellWord(settings.login.path)}` : '';
      const sftp = `sftp -P ${settings.port}${key} ${shellWord(`${settings.user}@${settings.host}`)}`;
      const into = `cd ${sftpWord(settings.path)}`;
      return {
        list: [`${sftp} <<'END'`, into, 'ls -l', 'END'],
        // The shell puts the name in, and so would look into the folder's name as well.
        fetch: [
          `${sftp} <<END`,
          into.replace(/[\\$`]/g, '\\$&'),
          'get "$SNAPSHOT"',
          'get "$SNAPSHOT.manifest.json"',
          'END',
        ],
      };
    }
  }
}

/**
 * What brings one more file or folder here, whose name is in a variable of the shell, for example `$FILES`. Beyond this
 * machine there are only files.
 */
export function fetchOne(settings: DestinationSettings, variable: string): string[] {
  switch (settings.kind) {
    case 'folder':
      return [`  cp -a ${shellWord(settings.path)}/"${variable}" .`];
    default:
      return fetchCommands(settings)
        .fetch.filter((line) => !line.includes('.manifest.json'))
        .map((line) => line.replace('$SNAPSHOT', () => variable))
        .map((line) => (settings.kind === 's3' ? `  ${line}` : line));
  }
}

const sftpWord = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** What tells a snapshot that is whole from one that has changed. */
export const CHECK_COMMANDS = [
  `EXPECTED=$(sed -n '/"stored"/,/}/s/.*"sha256": *"\\([0-9a-f]*\\)".*/\\1/p' "$SNAPSHOT.manifest.json" | head -n 1)`,
  'echo "$EXPECTED  $SNAPSHOT" | sha256sum -c -',
];

/** Opens the encryption, if there is one. PACKED is then the name of what was in it. */
export function decryptCommands(encryption: 'passphrase' | 'recipients' | null): string[] {
  const packed = `PACKED="\${SNAPSHOT%.age}"`;
  if (encryption === null) return [packed];
  const identity = encryption === 'recipients' ? ' -i identity.txt' : '';
  return [packed, `age -d${identity} -o "$PACKED" "$SNAPSHOT"`];
}

/** Unpacks whatever the name says it is to `restored.db`, and makes that of SQL text. */
export const UNPACK_COMMANDS = [
  'case "$PACKED" in',
  '*.gz) gunzip -c "$PACKED" > restored.db ;;',
  '*.zst) zstd -d -o restored.db "$PACKED" ;;',
  '*) cp "$PACKED" restored.db ;;',
  'esac',
  'case "$PACKED" in *.sql*) mv restored.db restored.sql && sqlite3 restored.db < restored.sql ;; esac',
];

/** What stands in commands where a person puts a key. */
export const KEY_HERE = 'THE KEY';
/** What stands in commands where a person puts the salt of a database with a plaintext header. */
export const SALT_HERE = 'THE SALT';

/** What reads an encrypted database, and its statements in order. */
export function readEncrypted(settings: CipherSettings): { program: string; shell: string; statements: string[] } {
  const key = usesRawKey(settings) ? `PRAGMA key = "x'${KEY_HERE}'";` : `PRAGMA key = '${KEY_HERE}';`;
  if (settings.cipher === 'sqlcipher') {
    const salt = needsSalt(settings) ? [`PRAGMA cipher_salt = "x'${SALT_HERE}'";`] : [];
    return { program: 'sqlcipher', shell: 'sqlcipher', statements: [key, ...sqlcipherPragmas(settings), ...salt] };
  }
  return {
    program: 'the shell of SQLite3 Multiple Ciphers (https://github.com/utelle/SQLite3MultipleCiphers)',
    shell: 'sqlite3mc',
    statements: [...driverPragmas(settings).map((pragma) => `PRAGMA ${pragma};`), key],
  };
}

/** Looks at the whole of `restored.db`: it must answer “ok”. */
export function integrityCommands(settings: CipherSettings | null): string[] {
  if (settings === null) return ["sqlite3 restored.db 'PRAGMA integrity_check;'"];
  const { shell, statements } = readEncrypted(settings);
  return [`${shell} restored.db <<'END'`, ...statements, 'PRAGMA integrity_check;', 'END'];
}

/** Replaces a database that no program has open by `restored.db`, and keeps the previous file. */
export function putBackCommands(sourcePath: string): string[] {
  return [
    `DATABASE=${shellWord(sourcePath)}`,
    `for PART in '' -wal -shm -journal; do if [ -e "$DATABASE$PART" ]; then mv -n "$DATABASE$PART" "$DATABASE.before$PART"; fi; done`,
    'cp -n restored.db "$DATABASE"',
    'sync',
    'ls -l "$DATABASE"*',
  ];
}
