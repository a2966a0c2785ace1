import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { SnapshotCompanion } from '../../../src-shared/model/companion.ts';
import { bytesInWords, countInWords } from '../../../src-shared/rules/wording.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { PathText } from '../../components/path-text.tsx';
import { Pill } from '../../components/pill.tsx';
import { CompanionIcon, WAYS } from '../companions/companion-words.tsx';

/** The companions in a snapshot: how much of each, how it is stored and why, and what is not in it. */
export function StoredCompanions({ companions }: { companions: readonly SnapshotCompanion[] }) {
  return (
    <ul className="stored-companions" aria-label="Files in it">
      {companions.map((companion) => (
        <StoredCompanion key={companion.name} companion={companion} />
      ))}
    </ul>
  );
}

function StoredCompanion({ companion }: { companion: SnapshotCompanion }) {
  const { name, kind, path, way, why, files, bytes, diskBytes, whole, problems } = companion;
  return (
    <li>
      <div className="stored-head">
        <CompanionIcon kind={kind} />
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
        {bytesInWords(bytes)}; {bytesInWords(diskBytes)} new on the disk
      </Text>
      <Text size="xs" c="dimmed">
        Stored as {WAYS[way]}. {why}
      </Text>
      {problems.length > 0 && (
        <Disclosure title={`Missing: ${countInWords(problems.length, 'entry', 'entries')}`}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
          <ul className="left-out" tabIndex={0} aria-label={`Missing from ${name}`}>
            {problems.map((problem) => (
              <li key={problem.path}>
                <span className="mono wraps">{problem.path === '' ? 'All of it' : problem.path}</span>
                <span className="wraps">{problem.reason}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </li>
  );
}
