import type { Run, RunKind, RunPhase } from '../model/run.ts';

const KINDS: Record<RunKind, string> = {
  backup: 'Back up',
  export: 'Export of',
  copy: 'Copy to',
  restoreTest: 'Restore test of',
  verify: 'Verify',
  'restore-check': 'Restore check of',
  restore: 'Restore to',
  undo: 'Undo restore to',
  databaseDeletion: 'Delete database',
  prune: 'Prune',
  delete: 'Delete',
  putBack: 'Put back',
  scan: 'Rescan',
  cleanup: 'Clean up',
  import: 'Import from',
  find: 'Find databases in',
  findRows: 'Find rows in',
  browse: 'Open',
  compare: 'Compare',
  'put-back-check': 'Preview rows to put back into',
  putBackRows: 'Put rows back into',
};

/** Returns the title of a run, for example `Back up hone.db`. */
export function runTitle(run: Run): string {
  // A check of files has the same kind as one of a database.
  if (run.kind === 'restore-check' && run.result?.kind === 'files-check')
    return `Restore check of the files of ${run.subject}`;
  return `${KINDS[run.kind]} ${run.planName !== null && run.kind === 'backup' ? run.planName : run.subject}`;
}

/** Whether the progress of a phase is counted in bytes; that of the others, in files and snapshots. */
export const countsBytes = (phase: RunPhase): boolean => !['removing', 'scanning', 'finding'].includes(phase);

/** The label of each phase of a run. */
export const PHASE_LABELS: Readonly<Record<RunPhase, string>> = {
  waiting: 'Waiting',
  copying: 'Copying pages',
  reading: 'Counting rows',
  compressing: 'Compressing',
  storing: 'Storing',
  uploading: 'Uploading',
  fetching: 'Fetching',
  verifying: 'Unpacking',
  staging: 'Staging',
  checking: 'Checking integrity',
  comparing: 'Comparing',
  'safety-snapshot': 'Saving current version',
  replacing: 'Replacing',
  confirming: 'Checking result',
  removing: 'Removing',
  scanning: 'Reading manifests',
  finding: 'Searching files',
  searching: 'Searching rows',
  done: 'Done',
};
