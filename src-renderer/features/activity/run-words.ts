import type { FilesTarget } from '../../../src-shared/model/restore-files.ts';
import { canBePutBack, type Run, type RunKind } from '../../../src-shared/model/run.ts';
import { bytesInWords, countInWords, durationInWords } from '../../../src-shared/words/wording.ts';

const UNDONE = ', undone later';

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
  scan: 'Rescan',
  cleanup: 'Clean up',
  import: 'Import from',
};

/** Returns the title of a run, for example `Back up hone.db`. */
export function runTitle(run: Run): string {
  // A check of files has the same kind as one of a database.
  if (run.kind === 'restore-check' && run.result?.kind === 'files-check')
    return `Restore check of the files of ${run.subject}`;
  return `${KINDS[run.kind]} ${run.planName !== null && run.kind === 'backup' ? run.planName : run.subject}`;
}

/** Returns the duration of a finished run; empty before its end. */
export function runDuration(run: Run): string {
  if (run.startedAt === null || run.finishedAt === null) return '';
  return durationInWords(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
}

/** Returns the result of a run in a few words. */
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
        result.left > 0 ? `${result.left.toLocaleString('en-US')} waiting` : '',
      ]
        .filter(Boolean)
        .join('; ');
    case 'restoreTest':
      return `${result.verification.message}${result.checks.length > 0 ? ` ${countInWords(result.checks.length, 'custom check')} passed.` : ''}`;
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
      )} restored${result.undoneBy === null ? '' : UNDONE}`;
    case 'restore':
    case 'undo':
      return `${countInWords(result.tables, 'table')}, ${countInWords(result.rows, 'row')}${result.undoneBy === null ? '' : UNDONE}`;
    case 'databaseDeletion':
      return `${countInWords(result.removed.length, 'file')} removed${result.undoneBy === null ? '' : UNDONE}`;
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
  return `${countInWords(files, 'file')} , ${same.toLocaleString('en-US')} unchanged`;
}

/** Whether a run can be undone. */
export function canUndo({ result, finishedAt }: Run): boolean {
  if (finishedAt === null || result === null || !canBePutBack(result)) return false;
  return 'undoneBy' in result && result.undoneBy === null;
}
