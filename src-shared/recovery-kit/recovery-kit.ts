import type { AttachedFile } from '../model/attached-file.ts';
import type { CipherSettings, DatabaseEncryption } from '../model/database-encryption.ts';
import type { DestinationSettings } from '../model/destination.ts';
import type { SnapshotEncryption } from '../model/encryption.ts';
import type { SourceKind } from '../model/source.ts';
import type { BackupMethod, Compression } from '../model/values.ts';
import { exampleOfPattern, hasId } from '../rules/names/name-pattern.ts';
import { contentListExtension, extensionFor } from '../rules/names/naming.ts';
import { needsSalt, usesRawKey } from '../rules/sqlite/cipher-settings.ts';
import { keyInWords, settingsInWords } from '../words/database-encryption-words.ts';
import {
  CHECK_COMMANDS,
  decryptCommands,
  fetchCommands,
  integrityCommands,
  KEY_HERE,
  putBackCommands,
  readEncrypted,
  SALT_HERE,
  UNPACK_COMMANDS,
} from './recovery-commands.ts';
import { fetchFilesBlocks, filesSections } from './recovery-files.ts';
import type { KitBlock, KitDocument, KitSection } from './recovery-kit-pages.ts';

/** A destination as the kit tells of it. */
export interface KitDestination {
  name: string;
  label: string;
  settings: DestinationSettings;
}

/** A plan and what its snapshots have been made with. No secret is among it. */
export interface KitPlan {
  name: string;
  sourceKind: SourceKind;
  sourcePath: string;
  namePattern: string;
  /** What is stored beside the database, or alone. */
  attachedFiles: AttachedFile[];
  compression: Compression;
  method: BackupMethod;
  encryption: SnapshotEncryption;
  /** How the plan's snapshots are encrypted, each once, the newest first; empty: none is. */
  databaseEncryptions: DatabaseEncryption[];
  /** How its snapshots are encrypted, now and before. */
  formerEncryptions: ('passphrase' | 'recipients')[];
  /** The fingerprints of the passphrases it has had, the newest first. */
  passphrases: string[];
  destinations: KitDestination[];
}

const text = (words: string): KitBlock => ({ kind: 'text', text: words });
const commands = (...lines: string[]): KitBlock => ({ kind: 'commands', lines });
const blank = (label: string): KitBlock => ({ kind: 'blank', label });

/** What a person needs to get databases and files back without Snapkeep and without this machine. */
export function recoveryKit(plans: readonly KitPlan[]): KitDocument {
  return {
    title: 'Snapkeep recovery kit',
    sections: [...introduction(plans), ...plans.flatMap((plan) => planSections(plan))],
  };
}

function introduction(plans: readonly KitPlan[]): KitSection[] {
  const encrypted = plans.some(
    ({ encryption, formerEncryptions }) => encryption !== null || formerEncryptions.length > 0,
  );
  const encryptedDatabases = plans.some(({ databaseEncryptions }) => databaseEncryptions.length > 0);
  const kinds = new Set(plans.flatMap(({ destinations }) => destinations.map(({ settings }) => settings.kind)));
  const files = plans.some(({ attachedFiles }) => attachedFiles.length > 0);
  const databases = plans.length === 0 || plans.some(({ sourceKind }) => sourceKind === 'database');
  const tools = [
    ...(databases ? ['sqlite3 (https://sqlite.org)'] : []),
    'gunzip or zstd, depending on the ending of the snapshot names',
    ...(files ? ['tar, cp and dd, included in Linux and macOS'] : []),
    ...(encrypted ? ['age (https://age-encryption.org)'] : []),
    ...(encryptedDatabases ? ['sqlcipher (https://www.zetetic.net/sqlcipher)'] : []),
    ...(kinds.has('s3') ? ['aws, the command line tool of AWS, for any S3 server'] : []),
    ...(kinds.has('sftp') ? ['sftp, of OpenSSH'] : []),
  ];
  return [
    {
      level: 1,
      title: 'How to use it',
      blocks: [
        text(
          'This kit lists where your snapshots are stored and how to restore them with standard tools, without Snapkeep or this machine. If Snapkeep still runs, restore with it: it verifies more.',
        ),
        text(
          'It contains no passwords, keys or passphrases. Write them on the blank lines of a printed copy, and keep the copy away from this machine, where only people you trust can read it.',
        ),
        text(
          'The commands are for a shell on Linux or macOS, or Git Bash or WSL on Windows. Run them in this order in an empty folder. You need:',
        ),
        { kind: 'facts', facts: tools.map((tool, index): [string, string] => [`Tool ${index + 1}`, tool]) },
      ],
    },
    {
      level: 2,
      title: 'Snapshot names',
      blocks: [
        text(
          'A name consists of the plan, the time in UTC, and an ending; sorted by name, the newest is last. From right to left: .age is encrypted with age, .gz is gzip, .zst is zstd, .db is the SQLite database, .sql is a SQL dump of it, .files.json is the list of contents of a snapshot of files, which are stored beside it. The file beside it that ends in .manifest.json is plain JSON with the same information: "stored" is the file, "image" the database in it, "encryption" and "databaseEncryption" what they are encrypted with.',
        ),
      ],
    },
  ];
}

function planSections(plan: KitPlan): KitSection[] {
  return [
    { level: 1, title: plan.name, blocks: [{ kind: 'facts', facts: planFacts(plan) }] },
    ...plan.destinations.map((destination) => destinationSection(plan, destination)),
    ...(plan.sourceKind === 'files' ? [checkSection()] : databaseSections(plan)),
    ...(plan.sourceKind === 'files' ? encryptionSections(plan) : []),
    ...filesSections({ attachedFiles: plan.attachedFiles, encryptions: encryptionsOf(plan) }),
  ];
}

function databaseSections(plan: KitPlan): KitSection[] {
  return [
    ...openingSections(plan),
    ...readingSections(plan),
    {
      level: 2,
      title: 'Restore it',
      blocks: [
        text(
          'First stop every program that uses the database. The current database is kept beside it, with its -wal, -shm and -journal files: left in place, they would damage the restored database. Give the new file the owner and permissions of the old one, as the last command shows them, and start the program again.',
        ),
        commands(...putBackCommands(plan.sourcePath)),
      ],
    },
  ];
}

/** What the names of its snapshots end in now. */
const endingOf = ({ sourceKind, compression, encryption, method }: KitPlan): string =>
  sourceKind === 'files'
    ? contentListExtension(encryption !== null)
    : extensionFor(compression, encryption !== null, method === 'dump');

/** What the names of its snapshots look like. */
function namesOf(plan: KitPlan): string {
  const more = hasId(plan.namePattern)
    ? ''
    : ', with six more letters and digits before the ending if that name is taken';
  return `${exampleName(plan)}${more}, or a custom name with that ending`;
}

const exampleName = (plan: KitPlan): string => exampleOfPattern(plan.namePattern, plan.name) + endingOf(plan);

function planFacts(plan: KitPlan): [string, string][] {
  const ofFiles = plan.sourceKind === 'files';
  return [
    ...(ofFiles ? [] : [['Database', plan.sourcePath] satisfies [string, string]]),
    ...plan.attachedFiles.map(({ name, path, kind }): [string, string] => [
      { file: 'File', folder: 'Folder', image: 'Image' }[kind],
      `${name}, ${path}`,
    ]),
    ['Names', namesOf(plan)],
    ['Read by', ofFiles ? 'anyone: it is a plain list' : readBy(plan)],
    ['Encrypted', encryptionInWords(plan.encryption)],
    ...plan.destinations.map(({ name, label }, index): [string, string] => [
      `Destination ${index + 1}`,
      name === label ? label : `${name}, ${label}`,
    ]),
  ];
}

function readBy({ databaseEncryptions }: KitPlan): string {
  if (databaseEncryptions.length === 0) return 'sqlite3';
  return databaseEncryptions
    .map(
      ({ settings, key }) =>
        `${readEncrypted(settings).program}, as ${settingsInWords(settings)}, with the ${keyInWords(key)}`,
    )
    .join('; before that ');
}

function encryptionInWords(encryption: SnapshotEncryption): string {
  if (encryption === null) return 'no';
  if (encryption.kind === 'passphrase') return 'with age, by a passphrase';
  return `with age, for ${encryption.recipients.join(', ')}`;
}

function destinationSection(plan: KitPlan, { name, label, settings }: KitDestination): KitSection {
  const { list, fetch } = fetchCommands(settings);
  return {
    level: 2,
    title: `Fetch a snapshot from ${name}`,
    blocks: [
      { kind: 'facts', facts: [['Destination', label], ...destinationFacts(settings)] },
      ...destinationBlanks(settings),
      text('List the snapshots:'),
      commands(...list),
      text('Replace the example with the name of the snapshot you want, and fetch it and its manifest:'),
      commands(`SNAPSHOT='${exampleName(plan)}'`, ...fetch),
      ...(plan.attachedFiles.length === 0 ? [] : fetchFilesBlocks(settings)),
    ],
  };
}

function destinationFacts(settings: DestinationSettings): [string, string][] {
  switch (settings.kind) {
    case 'folder':
      return [['Folder', settings.path]];
    case 's3':
      return [
        ['Endpoint', settings.endpoint ?? 'AWS default'],
        ['Region', settings.region],
        ['Bucket', settings.bucket],
        ['Prefix', settings.prefix === '' ? 'none' : `${settings.prefix}/`],
      ];
    case 'sftp':
      return [
        ['Host', `${settings.host}, port ${settings.port}`],
        ['Host key', settings.hostKey ?? 'not checked yet'],
        ['User', settings.user],
        ['Folder', settings.path],
        ['Login', loginInWords(settings.login)],
      ];
  }
}

function loginInWords(login: Extract<DestinationSettings, { kind: 'sftp' }>['login']): string {
  switch (login.kind) {
    case 'password':
      return 'with a password';
    case 'key':
      return `with the private key in ${login.path}: keep a copy of that file`;
    case 'agent':
      return 'with a key of the SSH agent: keep a copy of its file';
  }
}

function destinationBlanks(settings: DestinationSettings): KitBlock[] {
  switch (settings.kind) {
    case 'folder':
      return [];
    case 's3':
      return settings.credentials === 'chain'
        ? [text('The keys come from the profiles, environment or role of this machine; aws finds them there too.')]
        : [
            text('Set the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or with “aws configure”.'),
            blank('Access key id'),
            blank('Secret access key'),
          ];
    case 'sftp':
      if (settings.login.kind === 'agent') return [];
      return [blank(settings.login.kind === 'password' ? 'Password of the login' : 'Passphrase of the private key')];
  }
}

/** How its snapshots are encrypted, those of now first. */
function encryptionsOf({ encryption, formerEncryptions }: KitPlan): Array<'passphrase' | 'recipients' | null> {
  const now = encryption?.kind ?? null;
  return [now, ...formerEncryptions.filter((each) => each !== now)];
}

/** What opens the files of a snapshot, on lines to write on. */
function encryptionSections(plan: KitPlan): KitSection[] {
  const blocks = encryptionsOf(plan).flatMap((encryption) => encryptBlocks(plan, encryption));
  return blocks.length === 0 ? [] : [{ level: 2, title: 'What opens it', blocks }];
}

function checkSection(): KitSection {
  return {
    level: 2,
    title: 'Check that it is intact',
    blocks: [text('It must print “OK”. If not, fetch it again, or use another snapshot.'), commands(...CHECK_COMMANDS)],
  };
}

function openingSections(plan: KitPlan): KitSection[] {
  const encryptions = encryptionsOf(plan);
  return [
    checkSection(),
    {
      level: 2,
      title: 'Open and unpack it',
      blocks: [
        ...encryptions.flatMap((encryption, index): KitBlock[] => [
          ...(index === 0 ? [] : [text(formerly(encryption))]),
          ...encryptBlocks(plan, encryption),
          commands(...decryptCommands(encryption)),
        ]),
        text('Unpacking gives the database, restored.db, or a SQL dump to create it from:'),
        commands(...UNPACK_COMMANDS),
      ],
    },
  ];
}

const formerly = (encryption: 'passphrase' | 'recipients' | null): string =>
  encryption === 'recipients'
    ? 'Open older snapshots whose manifest names recipients like this instead:'
    : 'Open older snapshots whose manifest says “passphrase” like this instead:';

function encryptBlocks({ encryption, passphrases }: KitPlan, kind: 'passphrase' | 'recipients' | null): KitBlock[] {
  if (kind === 'passphrase') {
    const [newest, ...former] = passphrases;
    return [
      text('age asks for the passphrase.'),
      blank(newest === undefined ? 'Passphrase' : `Passphrase ${short(newest)}`),
      ...former.map((passphrase) => blank(`Passphrase ${short(passphrase)}, of older snapshots`)),
    ];
  }
  if (kind !== 'recipients') return [];
  const recipients = encryption?.kind === 'recipients' ? encryption.recipients : [];
  return [
    text(
      'Write the identity of one of the recipients, a line that starts with AGE-SECRET-KEY-1, to the file identity.txt.',
    ),
    ...(recipients.length === 0 ? ['a recipient in the manifest'] : recipients).map((recipient) =>
      blank(`Identity of ${recipient}, or where it is stored`),
    ),
  ];
}

/** As in {@link keyInWords}. */
const short = (fingerprint: string): string => fingerprint.slice(-64, -56);

const PLAIN_YET =
  'A database created from a SQL dump is not encrypted yet. Check it like this instead, and encrypt it with sqlcipher_export before you restore it:';

function readingSections({ databaseEncryptions, method }: KitPlan): KitSection[] {
  const plain = { level: 2, title: 'Check the database', blocks: [] } as const;
  if (databaseEncryptions.length === 0)
    return [{ ...plain, blocks: [text('It must print “ok”.'), commands(...integrityCommands(null))] }];
  return databaseEncryptions.map(({ settings, key }, index) => ({
    level: 2,
    title: index === 0 ? 'Check the database' : `Check an older one, with the ${keyInWords(key)}`,
    blocks: [
      text(
        `It is encrypted as ${settingsInWords(settings)} and opens with ${readEncrypted(settings).program}. ${keyHints(settings)} It must print “ok”.`,
      ),
      blank(`The ${keyInWords(key)}`),
      ...(needsSalt(settings) ? [blank('Its salt')] : []),
      commands(...integrityCommands(settings)),
      ...(method === 'dump' ? [text(PLAIN_YET), commands(...integrityCommands(null))] : []),
    ],
  }));
}

/** Replaces what stands for the key, and for the salt. */
function keyHints(settings: CipherSettings): string {
  const key = usesRawKey(settings)
    ? `Replace ${KEY_HERE} with the hexadecimal digits of the raw key.`
    : `Replace ${KEY_HERE} with the key, and double each ' in it.`;
  if (!needsSalt(settings)) return key;
  return `${key} Its plaintext header replaces the salt: replace ${SALT_HERE} with the 32 hexadecimal digits of the salt, which its program stores with the key. A raw key of 96 digits ends with them.`;
}
