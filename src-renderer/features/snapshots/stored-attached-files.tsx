import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { Pill } from '../../components/status/pill.tsx';
import { AttachedFileIcon, WAYS } from '../attached-files/attached-file-words.tsx';

/** The attached files of a snapshot: their sizes, how they are stored, and what is missing. */
export function StoredAttachedFiles({ attachedFiles }: { attachedFiles: readonly SnapshotAttachedFile[] }) {
  return (
    <ul className="stored-attached-files" aria-label="Attached files">
      {attachedFiles.map((attachedFile) => (
        <StoredAttachedFile key={attachedFile.name} attachedFile={attachedFile} />
      ))}
    </ul>
  );
}

function StoredAttachedFile({ attachedFile }: { attachedFile: SnapshotAttachedFile }) {
  const { name, kind, path, way, why, files, bytes, diskBytes, whole, problems } = attachedFile;
  return (
    <li>
      <div className="stored-head">
        <AttachedFileIcon kind={kind} />
        <strong className="grows wraps">{name}</strong>
        {whole ? (
          <Pill tone="good" icon={<IconCircleCheck size={14} aria-hidden />}>
            Complete
          </Pill>
        ) : (
          <Pill tone="bad" icon={<IconAlertTriangle size={14} aria-hidden />}>
            {files === 0 ? 'Not stored' : 'Incomplete'}
          </Pill>
        )}
      </div>
      <PathText path={path} c="dimmed" />
      <Text size="sm" className="numbers">
        {kind === 'image' ? '' : `${countInWords(files, 'file')}, `}
        {bytesInWords(bytes)}; {bytesInWords(diskBytes)} added on disk
      </Text>
      <Text size="xs" c="dimmed">
        Format: {WAYS[way]}. {why}
      </Text>
      {problems.length > 0 && (
        <Disclosure title={`Missing: ${countInWords(problems.length, 'entry', 'entries')}`}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
          <ul className="left-out" tabIndex={0} aria-label={`Missing from ${name}`}>
            {problems.map((problem) => (
              <li key={problem.path}>
                <span className="mono wraps">{problem.path === '' ? 'Everything' : problem.path}</span>
                <span className="wraps">{problem.reason}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </li>
  );
}
