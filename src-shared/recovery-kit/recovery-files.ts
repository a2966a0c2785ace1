import type { AttachedFile } from '../model/attached-file.ts';
import type { DestinationSettings } from '../model/destination.ts';
import { fetchOne, shellWord } from './recovery-commands.ts';
import { commands, type KitBlock, type KitSection, text } from './recovery-kit-pages.ts';

/*
 * The part of the recovery kit on files: what lies beside a database, or alone. The commands go on from those that
 * fetch a snapshot: SNAPSHOT is its name, and its manifest is here. No name of an attached file holds a blank.
 */

/** What is said in the kit of a plan's files. */
export interface KitFiles {
  attachedFiles: readonly AttachedFile[];
  /** How snapshots are encrypted, now and before; `null`: they are not. */
  encryptions: ReadonlyArray<'passphrase' | 'recipients' | null>;
}

/** What brings the files of a snapshot here from a destination. */
export function fetchFilesBlocks(settings: DestinationSettings): KitBlock[] {
  return [
    text('Its manifest lists the files stored beside it. Fetch them too:'),
    commands(
      `NAMES=$(sed -n 's/.*"storedName": *"\\([^"]*\\)".*/\\1/p' "$SNAPSHOT.manifest.json")`,
      'for FILES in $NAMES; do',
      ...fetchOne(settings, '$FILES'),
      'done',
    ),
  ];
}

/** How the files of a plan are checked, opened and put back manually. */
export function filesSections({ attachedFiles, encryptions }: KitFiles): KitSection[] {
  if (attachedFiles.length === 0) return [];
  return [
    {
      level: 2,
      title: 'Check the files',
      blocks: [
        text(
          'Each archive and image must print “OK”. A folder lists the SHA-256 of its files in .snapkeep-index.jsonl.',
        ),
        commands(
          'for FILES in $NAMES; do',
          '  [ -d "$FILES" ] && continue',
          '  SUM=$(sha256sum "$FILES" | cut -d " " -f 1)',
          '  if grep -q "$SUM" "$SNAPSHOT.manifest.json"; then echo "$FILES: OK"; else echo "$FILES: CHANGED"; fi',
          'done',
        ),
      ],
    },
    ...attachedFiles.map((attachedFile) => attachedFileSection(attachedFile, encryptions)),
  ];
}

function attachedFileSection({ name, kind, path }: AttachedFile, encryptions: KitFiles['encryptions']): KitSection {
  return {
    level: 2,
    title: `Restore ${name}`,
    blocks: [
      text(kind === 'image' ? IMAGE : FILES),
      commands(
        'for NAME in $NAMES; do',
        `  case "$NAME" in *-[0-9]*.${name}|*-[0-9]*.${name}.tar*|*-[0-9]*.${name}.img*) FILES="$NAME" ;; esac`,
        'done',
        ...decryptCommand(encryptions),
        ...(kind === 'image' ? imageCommands(path) : treeCommands(name, kind, path)),
      ),
    ],
  };
}

const FILES =
  'First stop every program that uses it. The current files are kept beside it. Owners and permissions are restored only for root.';
const IMAGE =
  'This overwrites everything on the device or in the image file. Check that the name is still that of the right device, and that nothing on it is mounted.';

/** Whatever way it is encrypted: age asks for what it needs. */
function decryptCommand(encryptions: KitFiles['encryptions']): string[] {
  if (encryptions.every((encryption) => encryption === null)) return [];
  const identity = encryptions.includes('recipients') ? ' $([ -e identity.txt ] && echo "-i identity.txt")' : '';
  return [`case "$FILES" in *.age) age -d${identity} -o "\${FILES%.age}" "$FILES"; FILES="\${FILES%.age}" ;; esac`];
}

function treeCommands(name: string, kind: 'file' | 'folder', path: string): string[] {
  const unpacked = `unpacked-${name}`;
  // Everything in an archive is in one folder, which has the rights and times of the one that was stored.
  const tar = (archive: string): string => `tar -xpf ${archive} --exclude=.snapkeep-index.jsonl -C opened-${name}`;
  return [
    `TARGET=${shellWord(path)}`,
    `mkdir opened-${name}`,
    'case "$FILES" in',
    `*.tar.gz) gunzip -c "$FILES" | ${tar('-')} ;;`,
    `*.tar.zst) zstd -dc "$FILES" | ${tar('-')} ;;`,
    `*.tar) ${tar('"$FILES"')} ;;`,
    `*) cp -a "$FILES" opened-${name}/ ;;`,
    'esac',
    `mv opened-${name}/* ${unpacked}`,
    `if [ -d "$FILES" ]; then rm -f ${unpacked}/.snapkeep-index.jsonl; touch -r "$FILES" ${unpacked}; fi`,
    'if [ -e "$TARGET" ]; then mv -n "$TARGET" "$TARGET.before"; fi',
    kind === 'file' ? `cp -a ${unpacked}/"$(basename "$TARGET")" "$TARGET"` : `cp -a ${unpacked} "$TARGET"`,
    'sync',
    'ls -ld "$TARGET"*',
  ];
}

function imageCommands(path: string): string[] {
  return [
    `TARGET=${shellWord(path)}`,
    'case "$FILES" in *.gz) gunzip -c "$FILES" ;; *.zst) zstd -dc "$FILES" ;; *) cat "$FILES" ;; esac | dd of="$TARGET" bs=4M conv=fsync',
  ];
}
