import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconDots,
  IconFolderOpen,
  IconGitCompare,
  IconPin,
  IconPinnedOff,
  IconRestore,
  IconShieldCheck,
  IconTrash,
} from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import type { SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { bytesInWords } from '../../../src-shared/rules/wording.ts';
import { client } from '../../api/client.ts';
import { ProofPill, RuleTag } from '../../components/pill.tsx';
import { ageInWords, clockTime } from '../../components/time.ts';
import { useAction } from '../../components/use-action.ts';
import { useAppStore } from '../../stores/app-store.ts';
import { openRestore } from '../restore/restore-store.ts';

const TRIGGERS: Record<SnapshotTrigger, string> = {
  manual: 'hand',
  command: 'command',
  schedule: 'schedule',
  'before-restore': 'before restore',
};

interface SnapshotRowProps {
  snapshot: ListedSnapshot;
  index: number;
  style: CSSProperties;
  now: number;
  onDelete(snapshot: ListedSnapshot): void;
}

/** A snapshot and what can be done with it. */
export function SnapshotRow({ snapshot, index, style, now, onDelete }: SnapshotRowProps) {
  const action = useAction();
  const canReveal = useAppStore((state) => state.info?.capabilities.revealFiles ?? false);
  const verify = (): void =>
    action.run(async () => void (await client.call('verifications.start', { snapshotId: snapshot.id })));
  const pin = (): void =>
    action.run(
      async () => void (await client.call('snapshots.pin', { snapshotId: snapshot.id, pinned: !snapshot.pinned })),
    );
  const reveal = (): void =>
    action.run(async () => {
      if (snapshot.path !== null) await client.call('files.reveal', { path: snapshot.path });
    });
  const restore = (): void => openRestore({ source: { snapshotId: snapshot.id } });
  const compare = (): void => openRestore({ source: { snapshotId: snapshot.id }, targetPath: snapshot.sourcePath });
  return (
    <div className="virtual snapshot-row" style={style} role="row" aria-rowindex={index} title={snapshot.name}>
      <span role="cell" className="numbers">
        {clockTime(snapshot.createdAt)}
      </span>
      <span role="cell">{ageInWords(snapshot.createdAt, now)}</span>
      <span role="cell" className="right numbers">
        {bytesInWords(snapshot.sizeBytes)}
      </span>
      <span role="cell">{TRIGGERS[snapshot.trigger]}</span>
      <span role="cell" className="tags" title={snapshot.keptBy.join(', ')}>
        <KeptBy rules={snapshot.keptBy} />
      </span>
      <span role="cell">
        <ProofPill proof={snapshot.proof} missing={snapshot.missing} now={now} />
      </span>
      <span role="cell" className="row-actions">
        <Button className="wide" variant="subtle" size="compact-sm" onClick={verify} loading={action.pending}>
          Verify
        </Button>
        <Button className="wide" variant="subtle" size="compact-sm" onClick={restore}>
          Restore…
        </Button>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="subtle" aria-label={`More for ${snapshot.name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconShieldCheck size={15} aria-hidden />} onClick={verify}>
              Verify
            </Menu.Item>
            <Menu.Item leftSection={<IconRestore size={15} aria-hidden />} onClick={restore}>
              Restore…
            </Menu.Item>
            <Menu.Item leftSection={<IconGitCompare size={15} aria-hidden />} onClick={compare}>
              Compare with live…
            </Menu.Item>
            {canReveal && (
              <Menu.Item leftSection={<IconFolderOpen size={15} aria-hidden />} onClick={reveal}>
                Show in folder
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={
                snapshot.pinned ? <IconPinnedOff size={15} aria-hidden /> : <IconPin size={15} aria-hidden />
              }
              onClick={pin}
            >
              {snapshot.pinned ? 'Unpin' : 'Pin'}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              className="loss"
              leftSection={<IconTrash size={15} aria-hidden />}
              onClick={() => onDelete(snapshot)}
            >
              Delete…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </span>
    </div>
  );
}

/** The rules that keep a snapshot; where they are many, the first, and how many more. */
function KeptBy({ rules }: { rules: readonly string[] }) {
  if (rules.length === 0) return <RuleTag rule="to be pruned" />;
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
          <span className="visually-hidden">{rules.slice(shown.length).join(', ')}</span>
        </>
      )}
    </>
  );
}
