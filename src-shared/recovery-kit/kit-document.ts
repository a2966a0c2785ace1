import type { SnapshotEncryption } from '../model/encryption.ts';
import { keyInWords, settingsInWords } from '../words/database-encryption-words.ts';
import { destinationSection } from './destination-section.ts';
import { type KitPlan, namesOf } from './kit-plan.ts';
import {
  checkSection,
  encryptionSections,
  encryptionsOf,
  openingSections,
  readingSections,
} from './opening-sections.ts';
import { putBackCommands, readEncrypted } from './recovery-commands.ts';
import { filesSections } from './recovery-files.ts';
import { commands, type KitDocument, type KitSection, text } from './recovery-kit-pages.ts';

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
