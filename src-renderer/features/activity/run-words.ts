import type { FilesTarget } from '../../../src-shared/model/restore/restore-files.ts';
import { canBePutBack, type Run, type RunResult } from '../../../src-shared/model/run.ts';
import { differingInWords } from '../../../src-shared/words/comparison-words.ts';
import { removalInWords } from '../../../src-shared/words/trash-words.ts';
import { bytesInWords, countInWords, durationInWords } from '../../../src-shared/words/wording.ts';

const UNDONE = ', undone later';

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
    case 'capture':
      return captureInWords(result);
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
      return removalInWords(result);
    case 'pruneHistory':
      return `${countInWords(result.points, 'point')} merged, ${bytesInWords(result.bytesFreed)} freed`;
    case 'putBack':
      return `${countInWords(result.copies, 'copy', 'copies')} put back`;
    case 'scan':
      return `${countInWords(result.found, 'snapshot')} found, ${result.added} imported`;
    case 'import':
      return importInWords(result);
    case 'findRows':
      return rowsInWords(result);
    case 'compare':
      return differingInWords(result.differing);
    case 'put-back-check':
      return `${countInWords(result.changes, 'row')} to change`;
    case 'putBackRows':
      return `${countInWords(result.rows, 'row')} changed${result.undoneBy === null ? '' : UNDONE}`;
    case 'browse':
      return `${bytesInWords(result.bytes)} unpacked`;
    default:
      return '';
  }
}

function captureInWords({ txid, changedPages, bytes }: Extract<RunResult, { kind: 'capture' }>): string {
  if (txid === null) return 'nothing has changed';
  return `${countInWords(changedPages, 'page')} captured, ${bytesInWords(bytes)}`;
}

function importInWords({ files }: Extract<RunResult, { kind: 'import' }>): string {
  const imported = files.filter(({ outcome }) => outcome === 'imported').length;
  const refused = files.filter(({ outcome }) => outcome === 'refused').length;
  return `${countInWords(imported, 'snapshot')} imported${refused === 0 ? '' : `, ${countInWords(refused, 'file')} refused`}`;
}

function rowsInWords({ rows, more, searched, failed }: Extract<RunResult, { kind: 'findRows' }>): string {
  const found = `${more ? 'more than ' : ''}${countInWords(rows, 'row')} found in ${countInWords(searched, 'snapshot')}`;
  return failed === 0 ? found : `${found}, ${failed} not searched`;
}

function filesInWords(targets: readonly FilesTarget[]): string {
  const files = targets.reduce((sum, each) => sum + each.files, 0);
  const same = targets.reduce((sum, { comparison }) => sum + (comparison?.same ?? 0), 0);
  return `${countInWords(files, 'file')}, ${same.toLocaleString('en-US')} unchanged`;
}

/** Whether a run can be undone. */
export function canUndo({ result, finishedAt }: Run): boolean {
  if (finishedAt === null || result === null || !canBePutBack(result)) return false;
  return 'undoneBy' in result && result.undoneBy === null;
}
