import { Alert, Text } from '@mantine/core';
import { IconArrowBackUp, IconFileInfo } from '@tabler/icons-react';
import type { FilesCheck, FilesTarget } from '../../../src-shared/model/restore/restore-files.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Note } from '../../components/messages/note.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { replacesFiles, totalsOf } from './restore-choice.ts';

/** The effects of restoring files. */
export function FilesReview({ check }: { check: FilesCheck }) {
  const totals = totalsOf(check);
  const examples = check.targets.flatMap(({ attachedFile, comparison }) =>
    (comparison?.examples ?? []).map((example) => ({ ...example, attachedFile })),
  );
  const notes = [...new Set(check.targets.flatMap((target) => target.notes))];
  return (
    <>
      <ScrollTable
        label="Files before and after"
        columns={[
          'Files',
          { number: 'Restored' },
          { number: 'Replaced' },
          { number: 'Removed' },
          { number: 'Unchanged' },
        ]}
      >
        {check.targets.map((target) => (
          <TargetRow key={`${target.attachedFile} ${target.part}`} target={target} />
        ))}
      </ScrollTable>
      {examples.length > 0 && (
        <Disclosure title="Changed files">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
          <ul className="file-examples" tabIndex={0} aria-label="Changed files">
            {examples.map(({ path, how, attachedFile }) => (
              <li key={`${attachedFile} ${path}`}>
                <span className={HOW[how].className}>{HOW[how].words}</span>
                <span className="wraps mono">{path}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
      {check.targets.some(({ undoable }) => !undoable) && (
        <Note tone="bad">
          <strong>The disk is overwritten. This cannot be undone.</strong> Make sure that nothing on it is in use.
        </Note>
      )}
      {replacesFiles(totals) && check.targets.some(({ undoable }) => undoable) && (
        <Note tone="info" icon={IconArrowBackUp}>
          The current files are kept next to the restored ones. You can restore them with <strong>Undo</strong>.
        </Note>
      )}
      {notes.length > 0 && (
        <Alert className="tone-warn" icon={<IconFileInfo size={18} />}>
          {notes.map((note) => (
            <Text key={note} size="sm" c="inherit">
              {note}
            </Text>
          ))}
        </Alert>
      )}
    </>
  );
}

const HOW = {
  onlyThere: { words: 'restored', className: 'gain' },
  different: { words: 'replaced', className: '' },
  onlyHere: { words: 'removed', className: 'loss' },
} as const;

function TargetRow({ target: { attachedFile, part, targetPath, files, bytes, comparison } }: { target: FilesTarget }) {
  return (
    <tr>
      <td>
        {part === '' ? attachedFile : `${attachedFile}: ${part}`}{' '}
        <Text span size="xs" c="dimmed">
          {countInWords(files, 'file')}, {bytesInWords(bytes)}
        </Text>
        <PathText path={targetPath} />
      </td>
      {comparison === null ? (
        <td colSpan={4} className="number">
          overwritten
        </td>
      ) : (
        <>
          <td className={`number ${comparison.onlyThere > 0 ? 'gain' : ''}`}>{count(comparison.onlyThere)}</td>
          <td className="number">{count(comparison.different)}</td>
          <td className={`number ${comparison.onlyHere > 0 ? 'loss' : ''}`}>{count(comparison.onlyHere)}</td>
          <td className="number">{count(comparison.same)}</td>
        </>
      )}
    </tr>
  );
}

const count = (files: number): string => files.toLocaleString('en-US');
