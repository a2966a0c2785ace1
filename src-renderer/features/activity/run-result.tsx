import { Text } from '@mantine/core';
import type { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { BackupImport } from '../../../src-shared/model/third-party/import.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';

type Outcome = BackupImport['files'][number]['outcome'];

const OUTCOMES: Record<Outcome, string> = {
  imported: 'imported',
  known: 'already imported',
  same: 'duplicate',
  refused: 'refused',
};

interface Line {
  path: string;
  words: string;
  /** It was refused or failed. */
  bad?: boolean;
}

/** The result of a run for each file or path. */
export function RunResultList({ run: { result } }: { run: Run }) {
  const lines = linesOf(result);
  if (lines.length === 0) return null;
  return (
    <ScrollTable label="Results" columns={['Path', 'Result']}>
      {lines.map(({ path, words, bad }) => (
        <tr key={path}>
          <td>
            <Text span className="mono wraps">
              {path}
            </Text>
          </td>
          <td className={bad === true ? 'loss' : ''}>{words}</td>
        </tr>
      ))}
    </ScrollTable>
  );
}

function replacedInWords({ changed, keptPath, undoable }: RestoredFiles): string {
  const files = countInWords(changed, 'file');
  if (keptPath !== null && undoable) return `${files} changed. The previous files are kept in ${keptPath}.`;
  // The restore was interrupted and taken back.
  if (keptPath !== null) return `Not restored. The interrupted restore is kept in ${keptPath}.`;
  return `${files} changed. ${undoable ? 'Nothing was replaced.' : 'The previous content was overwritten.'}`;
}

function linesOf(result: Run['result']): Line[] {
  switch (result?.kind) {
    case 'files-restore':
    case 'restore':
    case 'undo':
      return result.files.map((each) => ({ path: each.targetPath, words: replacedInWords(each) }));
    case 'databaseDeletion':
      return result.removed.map((path) => ({ path, words: 'removed' }));
    case 'import':
      return result.files.map(({ path, outcome, message }) => ({
        path,
        words: `${OUTCOMES[outcome]}${message === '' ? '' : `: ${message}`}`,
        bad: outcome === 'refused',
      }));
    default:
      return [];
  }
}
