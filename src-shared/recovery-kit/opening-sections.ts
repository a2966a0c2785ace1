import type { CipherSettings } from '../model/database-encryption.ts';
import { needsSalt, usesRawKey } from '../rules/sqlite/cipher-settings.ts';
import { keyInWords, settingsInWords } from '../words/database-encryption-words.ts';
import type { KitPlan } from './kit-plan.ts';
import {
  CHECK_COMMANDS,
  decryptCommands,
  integrityCommands,
  KEY_HERE,
  readEncrypted,
  SALT_HERE,
  UNPACK_COMMANDS,
} from './recovery-commands.ts';
import { blank, commands, type KitBlock, type KitSection, text } from './recovery-kit-pages.ts';

/** How its snapshots are encrypted, those of now first. */
export function encryptionsOf({ encryption, formerEncryptions }: KitPlan): Array<'passphrase' | 'recipients' | null> {
  const now = encryption?.kind ?? null;
  return [now, ...formerEncryptions.filter((each) => each !== now)];
}

/** What opens the files of a snapshot, on lines to write on. */
export function encryptionSections(plan: KitPlan): KitSection[] {
  const blocks = encryptionsOf(plan).flatMap((encryption) => encryptBlocks(plan, encryption));
  return blocks.length === 0 ? [] : [{ level: 2, title: 'What opens it', blocks }];
}

/** How a fetched snapshot is checked. */
export function checkSection(): KitSection {
  return {
    level: 2,
    title: 'Check that it is intact',
    blocks: [text('It must print “OK”. If not, fetch it again, or use another snapshot.'), commands(...CHECK_COMMANDS)],
  };
}

/** How a snapshot of a database is checked, decrypted and unpacked. */
export function openingSections(plan: KitPlan): KitSection[] {
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

/** How an unpacked database is read and checked. */
export function readingSections({ databaseEncryptions, method }: KitPlan): KitSection[] {
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
