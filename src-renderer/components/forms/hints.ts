/** The placeholder of a field whose secret is saved; it is never shown again. */
export const SAVED_SECRET = 'Saved. Enter a new value to replace it.';

/** The hint of a folder for snapshots. */
export const OTHER_DISK_HINT =
  'Use another disk or a network share, so that one disk failure cannot destroy both the source and its snapshots.';

/** The hint of an empty list of attached files. */
export const ATTACHED_FILES_HINT =
  'Add files and folders that belong to the database, such as uploads. They are stored in the same snapshots.';
