import type { Run, RunKind, RunPhase } from '../model/run.ts';
import { progressUnit } from '../rules/run-share.ts';
import { bytesInWords, countInWords } from './wording.ts';

const KINDS: Record<RunKind, string> = {
  backup: 'Back up',
  capture: 'Capture changes of',
  export: 'Export of',
  copy: 'Copy to',
  restoreTest: 'Restore test of',
  verify: 'Verify',
  'restore-check': 'Restore check of',
  restore: 'Restore to',
  undo: 'Undo restore to',
  databaseDeletion: 'Delete database',
  prune: 'Prune',
  pruneHistory: 'Prune history of',
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
  importing: 'Importing',
  done: 'Done',
};

/** Returns how far the phase of a run is, for example `3 of 12 files` or `4 MB of 9 MB`; empty where nothing is counted. */
export function amountInWords(run: Pick<Run, 'kind' | 'progress'>): string {
  const { done, total } = run.progress;
  const unit = progressUnit(run);
  if (unit === null || (done === 0 && (total === null || total === 0))) return '';
  const inWords = (count: number): string => (unit === 'byte' ? bytesInWords(count) : countInWords(count, unit));
  if (total === null) return inWords(done);
  return `${unit === 'byte' ? bytesInWords(done) : done.toLocaleString('en-US')} of ${inWords(total)}`;
}

/** Returns how fast the phase of a run is, for example `52 MB/s`; empty where bytes are not counted. */
export const rateInWords = (run: Pick<Run, 'kind' | 'progress'>): string =>
  run.progress.rate === null || progressUnit(run) !== 'byte' ? '' : `${bytesInWords(run.progress.rate)}/s`;
