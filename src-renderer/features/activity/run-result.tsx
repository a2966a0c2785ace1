import { Text } from '@mantine/core';
import type { BackupImport } from '../../../src-shared/model/import.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { ScrollTable } from '../../components/scroll-table.tsx';

type Outcome = BackupImport['files'][number]['outcome'];

const OUTCOMES: Record<Outcome, string> = {
  imported: 'imported',
  known: 'known already',
  same: 'the same as another',
  refused: 'refused',
};

interface Line {
  path: string;
  words: string;
  /** It is not as it was asked for. */
  bad?: boolean;
}

/** What a run did to each file or place, where that is more than a sentence. */
export function RunResultList({ run: { result } }: { run: Run }) {
  const lines = linesOf(result);
  if (lines.length === 0) return null;
  return (
    <ScrollTable label="What was done">
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">What was done</th>
        </tr>
      </thead>
      <tbody>
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
      </tbody>
    </ScrollTable>
  );
}

function linesOf(result: Run['result']): Line[] {
  switch (result?.kind) {
    case 'files-restore':
    case 'restore':
    case 'undo':
      return result.files.map(({ targetPath, changed, keptPath, undoable }) => ({
        path: targetPath,
        words: `${countInWords(changed, 'file')} differed. ${
          keptPath === null
            ? undoable
              ? 'Nothing was there before.'
              : 'What was there is gone.'
            : `What was there is kept in ${keptPath}.`
        }`,
      }));
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
