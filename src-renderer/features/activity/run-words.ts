import type { FilesTarget } from '../../../src-shared/model/restore-files.ts';
import { canBePutBack, type Run, type RunKind } from '../../../src-shared/model/run.ts';
import { bytesInWords, countInWords, durationInWords } from '../../../src-shared/words/wording.ts';

const KINDS: Record<RunKind, string> = {
  backup: 'Backup of',
  export: 'Snapshot to standard output of',
  copy: 'Copy to',
  restoreTest: 'Restore test of',
  verify: 'Verification of',
  'restore-check': 'Look into',
  restore: 'Restore to',
  undo: 'Undo of the restore to',
  databaseDeletion: 'Deletion of the database',
  prune: 'Prune of',
  delete: 'Deletion of',
  scan: 'Scan of',
  cleanup: 'Clean-up of',
  import: 'Import of backups in',
};

/** What a run is, for example `Backup of hone.db`. */
export function runTitle(run: Run): string {
  // A look and an undo are of the same kinds for a database and for files.
  if (run.kind === 'restore-check' && run.result?.kind === 'files-check')
    return `Look into the files of ${run.subject}`;
  return `${KINDS[run.kind]} ${run.planName !== null && run.kind === 'backup' ? run.planName : run.subject}`;
}

/** How long a run took; empty while it goes on. */
export function runDuration(run: Run): string {
  if (run.startedAt === null || run.finishedAt === null) return '';
  return durationInWords(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
}

/** What a run brought, in a few words. */
export function runOutcome({ result, error }: Run): string {
  if (error !== null) return error.message;
  switch (result?.kind) {
    case 'backup':
      return `${bytesInWords(result.sizeBytes)} stored${(result.verification?.level ?? 'none') === 'none' ? '' : ', verified'}`;
    case 'export':
      return `${bytesInWords(result.bytes)} written`;
    case 'copy':
      return [
        `${countInWords(result.copied, 'snapshot')} copied, ${bytesInWords(result.bytes)}`,
        result.left > 0 ? `${countInWords(result.left, 'still waits', 'still wait')}` : '',
      ]
        .filter(Boolean)
        .join('; ');
    case 'restoreTest':
      return `${result.verification.message}${result.checks.length > 0 ? ` ${countInWords(result.checks.length, 'check')} of your own passed.` : ''}`;
    case 'verify':
      return result.verification.message;
    case 'restore-check':
      return result.check.verification.message;
    case 'files-check':
      return filesInWords(result.check.targets);
    case 'files-restore':
      return `${countInWords(
        result.files.reduce((sum, { changed }) => sum + changed, 0),
        'file',
      )} put right${result.undoneBy === null ? '' : ', undone since'}`;
    case 'restore':
    case 'undo':
      return `${countInWords(result.tables, 'table')}, ${countInWords(result.rows, 'row')}${result.undoneBy === null ? '' : ', undone since'}`;
    case 'databaseDeletion':
      return `${countInWords(result.removed.length, 'file')} removed${result.undoneBy === null ? '' : ', undone since'}`;
    case 'prune':
    case 'delete':
      return `${countInWords(result.removedCount, 'snapshot')} removed, ${bytesInWords(result.bytesFreed)} freed`;
    case 'scan':
      return `${countInWords(result.found, 'snapshot')} found, ${result.added} imported`;
    case 'import': {
      const imported = result.files.filter(({ outcome }) => outcome === 'imported').length;
      const refused = result.files.filter(({ outcome }) => outcome === 'refused').length;
      return `${countInWords(imported, 'snapshot')} imported${refused === 0 ? '' : `, ${countInWords(refused, 'file')} refused`}`;
    }
    default:
      return '';
  }
}

function filesInWords(targets: readonly FilesTarget[]): string {
  const files = targets.reduce((sum, each) => sum + each.files, 0);
  const same = targets.reduce((sum, { comparison }) => sum + (comparison?.same ?? 0), 0);
  return `${countInWords(files, 'file')} in it, of which ${same.toLocaleString('en-US')} ${same === 1 ? 'is' : 'are'} there unchanged`;
}

/** Whether a run replaced something that can be put back. */
export function canUndo({ result, finishedAt }: Run): boolean {
  if (finishedAt === null || result === null || !canBePutBack(result)) return false;
  return 'undoneBy' in result && result.undoneBy === null;
}
