import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { memo } from 'react';
import type { SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { ageInWords, clockTime } from '../../../src-shared/words/moments.ts';
import { ruleInWords } from '../../../src-shared/words/retention-words.ts';
import { RuleTag, VerificationPill } from '../../components/status/pill.tsx';
import { CopiesCell } from './copies-cell.tsx';
import { RowChangeCell } from './row-change-cell.tsx';
import { SizeCell } from './size-cell.tsx';
import { SnapshotMenu, useSnapshotActions } from './snapshot-menu.tsx';

const TRIGGERS: Record<SnapshotTrigger, string> = {
  manual: 'Manual',
  command: 'Command line',
  schedule: 'Schedule',
  'before-restore': 'Restore',
};

interface SnapshotRowProps {
  snapshot: ListedSnapshot;
  index: number;
  /** Where it begins in the list, and how high it is, in pixels. */
  start: number;
  height: number;
  now: number;
  onDetails(snapshot: ListedSnapshot): void;
  onDelete(snapshot: ListedSnapshot): void;
}

/** A snapshot and its actions. It is drawn once while others scroll by. */
export const SnapshotRow = memo(function SnapshotRow({
  snapshot,
  index,
  start,
  height,
  now,
  onDetails,
  onDelete,
}: SnapshotRowProps) {
  const actions = useSnapshotActions(snapshot);
  return (
    <div
      className="virtual snapshot-row"
      style={{ transform: `translateY(${start}px)`, height }}
      role="row"
      aria-rowindex={index}
      title={snapshot.name}
    >
      <span role="cell" className="taken numbers">
        {clockTime(snapshot.createdAt)}
        <span className="age">
          {ageInWords(snapshot.createdAt, now)}
          {snapshot.encrypted !== null && <Encrypted by={snapshot.encrypted} />}
        </span>
      </span>
      <span role="cell" className="right numbers">
        <SizeCell snapshot={snapshot} onOpen={() => onDetails(snapshot)} />
      </span>
      <span role="cell" className="row-counts">
        <RowChangeCell snapshot={snapshot} />
      </span>
      <span role="cell" className="spare">
        {snapshot.origin === 'imported' ? 'Imported' : TRIGGERS[snapshot.trigger]}
      </span>
      <span role="cell">
        <CopiesCell name={snapshot.name} copies={snapshot.copies} now={now} />
      </span>
      <span role="cell" className="tags" title={snapshot.keptBy.map(ruleInWords).join(', ')}>
        <KeptBy rules={snapshot.keptBy} />
      </span>
      <span role="cell">
        <VerificationPill
          verification={snapshot.verification}
          missing={snapshot.missing}
          incomplete={snapshot.incomplete}
          now={now}
        />
      </span>
      <span role="cell" className="row-actions">
        <Button
          className="wide"
          variant="subtle"
          size="compact-sm"
          onClick={() => actions.verify()}
          loading={actions.pending}
        >
          Verify
        </Button>
        <Button className="wide" variant="subtle" size="compact-sm" onClick={() => actions.restore()}>
          Restore…
        </Button>
        <SnapshotMenu snapshot={snapshot} actions={actions} onDetails={onDetails} onDelete={onDelete} />
      </span>
    </div>
  );
});

function Encrypted({ by }: { by: NonNullable<ListedSnapshot['encrypted']> }) {
  const words = by === 'passphrase' ? 'Encrypted with a passphrase' : 'Encrypted for age recipients';
  return (
    <span className="encrypted" title={words}>
      <IconLock size={13} aria-label={words} />
    </span>
  );
}

/** The rules that keep a snapshot; of more than two only the first, and a count. */
function KeptBy({ rules }: { rules: readonly string[] }) {
  if (rules.length === 0) return <RuleTag rule="To be pruned" />;
  const shown = rules.length > 2 ? rules.slice(0, 1) : rules;
  return (
    <>
      {shown.map((rule) => (
        <RuleTag key={rule} rule={rule} />
      ))}
      {rules.length > shown.length && (
        <>
          <span aria-hidden>
            <RuleTag rule={`+${rules.length - shown.length}`} />
          </span>
          <span className="visually-hidden">{rules.slice(shown.length).map(ruleInWords).join(', ')}</span>
        </>
      )}
    </>
  );
}
