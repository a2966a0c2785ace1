/**
 * Whether a replacement that was interrupted is complete. All files are exchanged before the database is replaced, and
 * replacing the database is one step: so that step alone tells whether all is done or all has to be taken back.
 */

/** What is known of the last step of a replacement. */
export type LastStep =
  /** There is no database, and the last file had been exchanged. */
  | { kind: 'all files' }
  /** Files were still to come, or the database, which had not been touched. */
  | { kind: 'not begun' }
  /**
   * The content of the database is written in one transaction. It increments the schema version in the header, as other
   * programs do with changes of the schema only; then pages tell that differ between the previous and the new content.
   */
  | {
      kind: 'in place';
      schemaVersion: { before: number; now: number };
      /** How many of the pages are as they were, and as what comes has them. */
      pages: { previous: number; arriving: number };
    }
  /** The database that was to be written in place is gone or damaged. */
  | { kind: 'unreadable' }
  /** A staged file gets the database's name by one rename. `other`: the file system may have numbered its files anew. */
  | { kind: 'by rename'; target: 'arrived' | 'previous' | 'other'; stagedRemains: boolean }
  /** Rows are written in one transaction: how many of the sampled ones are not as they are put back, and how many are. */
  | { kind: 'by rows'; before: number; after: number }
  /** The file of the database is removed. */
  | { kind: 'by removal'; remains: boolean };

/** Returns whether all of an interrupted replacement is done; otherwise all of it has to be taken back. */
export function isComplete(step: LastStep): boolean {
  switch (step.kind) {
    case 'all files':
      return true;
    case 'not begun':
    case 'unreadable':
      return false;
    case 'in place': {
      const { schemaVersion, pages } = step;
      return schemaVersion.now !== schemaVersion.before && pages.arriving >= pages.previous;
    }
    case 'by rename':
      return step.target === 'arrived' || (step.target === 'other' && !step.stagedRemains);
    case 'by rows':
      return step.after > 0 && step.after >= step.before;
    case 'by removal':
      return !step.remains;
  }
}

/** What is found at the paths of one exchange: the target, the previous content aside, the new content before it came. */
export interface FoundExchange {
  /** `arrived`: the very file or folder that the exchange has put there. */
  target: 'nothing' | 'arrived' | 'other';
  hasPrevious: boolean;
  /** Where the new content came from is taken. */
  originIsTaken: boolean;
}

/** What takes an exchange back, in this order. */
export type MoveBack = 'new content to its origin' | 'previous content to its place';

/**
 * Plans how an exchange is taken back, whichever of its two renames were done.
 * @returns `null`: something else is in the way, and nothing is moved
 */
export function movesBack({ target, hasPrevious, originIsTaken }: FoundExchange): MoveBack[] | null {
  const back: MoveBack[] = hasPrevious ? ['previous content to its place'] : [];
  if (target === 'nothing') return back;
  if (target === 'other') return hasPrevious ? null : [];
  return originIsTaken ? null : ['new content to its origin', ...back];
}
