import { Popover, Text, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHourglass,
  IconProgress,
  IconShieldCheck,
  IconShieldX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { SnapshotCopy } from '../../../src-shared/model/snapshot.ts';
import { agoInWords, momentInWords } from '../../../src-shared/words/moments.ts';
import { KindIcon } from '../../components/status/destination-display.tsx';
import type { Tone } from '../../components/status/pill.tsx';
import { useDropdown } from '../../hooks/use-dropdown.tsx';

const STATES: Record<SnapshotCopy['state'], { tone: Tone; icon: ReactNode; words: string }> = {
  failed: { tone: 'bad', icon: <IconCircleX size={14} aria-hidden />, words: 'failed' },
  missing: { tone: 'bad', icon: <IconAlertTriangle size={14} aria-hidden />, words: 'missing' },
  waiting: { tone: 'warn', icon: <IconHourglass size={14} aria-hidden />, words: 'waiting' },
  copying: { tone: 'info', icon: <IconProgress size={14} aria-hidden />, words: 'copying' },
  stored: { tone: 'good', icon: <IconCircleCheck size={14} aria-hidden />, words: 'stored' },
};
/** The worst state comes first. */
const WORST_FIRST = Object.keys(STATES);
const SHOWN = 2;

/** The copies of a snapshot: a tag for each destination, and the details on request. */
export function CopiesCell({ name, copies, now }: { name: string; copies: readonly SnapshotCopy[]; now: number }) {
  const { button, dropdown } = useDropdown('dialog');
  if (copies.length === 0) return <span className="quiet">Snapkeep data folder</span>;
  const sorted = [...copies].sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  const worst = sorted[0]?.state !== 'stored';
  const shown = copies.length > SHOWN ? sorted.slice(0, 1) : worst ? sorted : copies;
  return (
    <>
      <UnstyledButton className="copies" {...button}>
        <span className="visually-hidden">Stored at</span>
        {shown.map((copy) => (
          <CopyTag key={copy.destinationId} copy={copy} />
        ))}
        {copies.length > shown.length && (
          <>
            <span className="rule-tag" aria-hidden>
              +{copies.length - shown.length}
            </span>
            <span className="visually-hidden">and {copies.length - shown.length} more</span>
          </>
        )}
      </UnstyledButton>
      {dropdown !== null && (
        <Popover position="bottom-start" withArrow shadow="md" width={340} trapFocus {...dropdown.props}>
          <Popover.Target>{dropdown.target}</Popover.Target>
          <Popover.Dropdown aria-label="Copies">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <ul className="copy-list" tabIndex={0} data-autofocus>
              {copies.map((copy) => (
                <CopyDetails key={copy.destinationId} of={name} copy={copy} now={now} />
              ))}
            </ul>
          </Popover.Dropdown>
        </Popover>
      )}
    </>
  );
}

function CopyTag({ copy: { state, destinationName } }: { copy: SnapshotCopy }) {
  const { tone, icon, words } = STATES[state];
  return (
    <span className={`copy-tag tone-${tone}`}>
      {icon}
      <span className="copy-name">{destinationName}</span>
      <span className={state === 'stored' ? 'visually-hidden' : ''}>{words}</span>
    </span>
  );
}

function CopyDetails({ of, copy, now }: { of: string; copy: SnapshotCopy; now: number }) {
  const { kind, destinationName, name, state, at, message, verifiedAt, valid } = copy;
  const { tone, icon, words } = STATES[state];
  return (
    <li>
      <KindIcon kind={kind} size={16} />
      <div className="wraps">
        <strong>{destinationName}</strong>
        <span className={`copy-state tone-${tone}`}>
          {icon} {words}
        </span>
        <Text size="xs" c="dimmed">
          Since {momentInWords(at, now)}.{message !== null && ` ${message}`}
        </Text>
        {name !== of && (
          <Text size="xs" c="dimmed">
            Stored as {name}.
          </Text>
        )}
        {verifiedAt !== null && (
          <Text size="xs" c="dimmed">
            {valid === false ? (
              <IconShieldX size={13} aria-hidden className="inline-icon loss" />
            ) : (
              <IconShieldCheck size={13} aria-hidden className="inline-icon gain" />
            )}{' '}
            {valid === false ? 'Not valid, checked' : 'Verified'} {agoInWords(verifiedAt, now)}.
          </Text>
        )}
      </div>
    </li>
  );
}
