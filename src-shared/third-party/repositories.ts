/** A folder in which another program keeps backups in its own format. */
export interface ThirdPartyRepository {
  /** What it is, as a sentence. */
  message: string;
  /** What to do, as an instruction. */
  hint: string;
}

/** The names in one folder. */
export interface FolderNames {
  files: readonly string[];
  folders: readonly string[];
}

const THEN = 'then choose the restored file.';
const LITESTREAM: ThirdPartyRepository = {
  message: 'This is a Litestream replica.',
  hint: 'Open it by importing its folder in the window, or list its points in time with: snapkeep points FOLDER',
};
const OLD_LITESTREAM: ThirdPartyRepository = {
  message: 'This is a Litestream replica of version 0.3, whose format cannot be read.',
  hint: `Write a database from it with litestream restore -o app.db of version 0.3 and the address of the replica, ${THEN}`,
};

/**
 * Names the repository of another program by the names in its folder; `null`: it is none that is known.
 * @param names in the folder itself
 */
export function thirdPartyRepository({ files, folders }: FolderNames): ThirdPartyRepository | null {
  const file = (name: string | RegExp): boolean =>
    files.some((each) => (typeof name === 'string' ? each === name : name.test(each)));
  const folder = (...names: string[]): boolean => names.every((name) => folders.includes(name));
  if (folder('ltx') || file(/^[0-9a-f]{16}-[0-9a-f]{16}\.ltx$/)) return LITESTREAM;
  if (folder('generations') || file(/\.(?:snapshot|wal)\.lz4$/)) return OLD_LITESTREAM;
  // Version 0.5 keeps its levels in separate folders.
  if (folder('0000') && folders.every((name) => /^\d{4}$/.test(name))) return LITESTREAM;
  if (file('config') && folder('data', 'index', 'keys', 'snapshots'))
    return {
      message: 'This is a restic repository, which only restic reads.',
      hint: `Restore the database with restic restore latest --target FOLDER, ${THEN}`,
    };
  if (file('config') && folder('data') && file(/^(?:README|(?:index|hints|integrity)\.\d+)$/))
    return {
      message: 'This is a borg repository, which only borg reads.',
      hint: `Extract the database with borg extract and the name of an archive, ${THEN}`,
    };
  if (
    folder('Backups.backupdb') ||
    file('com.apple.TimeMachine.MachineID.plist') ||
    folders.some((name) => /\.(?:sparsebundle|backupbundle)$/i.test(name))
  )
    return {
      message: 'This is a Time Machine backup, which only macOS reads as a whole.',
      hint: `Copy the database out of it in Time Machine or the Finder, with its -wal file if there is one, ${THEN}`,
    };
  if (file('SynoHyperBackup.bkpi') || file('_Syno_TaskConfig') || folders.some((name) => /\.hbk$/i.test(name)))
    return {
      message: 'This is a Hyper Backup folder, which only Hyper Backup reads.',
      hint: `Restore the database with Hyper Backup or Hyper Backup Explorer, ${THEN}`,
    };
  return null;
}
