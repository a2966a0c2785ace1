import { ActionIcon, Menu } from '@mantine/core';
import {
  IconDatabaseSearch,
  IconDots,
  IconFolderOpen,
  IconGitCompare,
  IconListDetails,
  IconPin,
  IconPinnedOff,
  IconRestore,
  IconShieldCheck,
  IconTrash,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { client } from '../../api/client.ts';
import { KindIcon } from '../../components/status/destination-display.tsx';
import { navigate } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useDropdown } from '../../hooks/use-dropdown.tsx';
import { useInfo } from '../../stores/core.ts';
import { openRestore } from '../restore/restore-store.ts';

/** The actions of a snapshot, from the nearest of its destinations or a chosen one. */
interface SnapshotActions {
  pending: boolean;
  verify(destinationId?: string): void;
  restore(destinationId?: string): void;
  compare(): void;
  /** `undefined`: it has no database, or no plan whose page could show it. */
  browse: (() => void) | undefined;
  /** Compares the database with its current state; `undefined` as for `browse`. */
  compareDatabase: (() => void) | undefined;
  pin(): void;
  /** `undefined`: not in a folder of this machine, or the host cannot show folders. */
  reveal: (() => void) | undefined;
}

/** Returns the actions of a snapshot. */
export function useSnapshotActions(snapshot: ListedSnapshot): SnapshotActions {
  const { id, path, pinned, planId, sourceKind } = snapshot;
  const action = useAction();
  const canReveal = useInfo()?.capabilities.revealFiles ?? false;
  const from = (destinationId: string | undefined) => ({
    snapshotId: id,
    ...(destinationId === undefined ? {} : { destinationId }),
  });
  return {
    pending: action.pending,
    verify: (destinationId) =>
      action.run(async () => void (await client.call('verifications.start', from(destinationId)))),
    restore: (destinationId) => openRestore({ source: from(destinationId) }),
    compare: () => openRestore({ source: { snapshotId: id }, compare: true }),
    browse:
      planId === null || sourceKind === 'files' ? undefined : () => navigate(`/databases/${planId}/browse?at=${id}`),
    compareDatabase:
      planId === null || sourceKind === 'files'
        ? undefined
        : () => navigate(`/databases/${planId}/compare?a=${id}&b=now`),
    pin: () => action.run(async () => void (await client.call('snapshots.pin', { snapshotId: id, pinned: !pinned }))),
    reveal:
      canReveal && path !== null
        ? () => action.run(async () => void (await client.call('files.reveal', { path })))
        : undefined,
  };
}

interface SnapshotMenuProps {
  snapshot: ListedSnapshot;
  actions: SnapshotActions;
  onDetails(snapshot: ListedSnapshot): void;
  onDelete(snapshot: ListedSnapshot): void;
}

/** The actions of a row. */
export function SnapshotMenu(props: SnapshotMenuProps) {
  const { button, dropdown } = useDropdown('menu');
  return (
    <>
      <ActionIcon variant="subtle" aria-label={`More actions: ${props.snapshot.name}`} {...button}>
        <IconDots size={16} />
      </ActionIcon>
      {dropdown !== null && (
        <Menu position="bottom-end" {...dropdown.props}>
          <Menu.Target>{dropdown.target}</Menu.Target>
          <Menu.Dropdown>
            <MenuItems {...props} />
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

function MenuItems({ snapshot, actions, onDetails, onDelete }: SnapshotMenuProps) {
  const stored = snapshot.copies.filter(({ state }) => state === 'stored');
  return (
    <>
      <Menu.Item leftSection={<IconListDetails size={15} aria-hidden />} onClick={() => onDetails(snapshot)}>
        Details…
      </Menu.Item>
      <Menu.Item leftSection={<IconShieldCheck size={15} aria-hidden />} onClick={() => actions.verify()}>
        Verify
      </Menu.Item>
      <Menu.Item leftSection={<IconRestore size={15} aria-hidden />} onClick={() => actions.restore()}>
        Restore…
      </Menu.Item>
      {stored.length > 1 && (
        <>
          <FromMenu
            title="Verify copy at"
            icon={<IconShieldCheck size={15} aria-hidden />}
            copies={stored}
            onChoose={actions.verify}
          />
          <FromMenu
            title="Restore from"
            icon={<IconRestore size={15} aria-hidden />}
            copies={stored}
            onChoose={actions.restore}
          />
        </>
      )}
      {actions.compareDatabase !== undefined && (
        <Menu.Item leftSection={<IconGitCompare size={15} aria-hidden />} onClick={actions.compareDatabase}>
          Compare…
        </Menu.Item>
      )}
      {actions.browse !== undefined && (
        <Menu.Item leftSection={<IconDatabaseSearch size={15} aria-hidden />} onClick={actions.browse}>
          Browse…
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconGitCompare size={15} aria-hidden />} onClick={actions.compare}>
        Compare with source…
      </Menu.Item>
      {actions.reveal !== undefined && (
        <Menu.Item leftSection={<IconFolderOpen size={15} aria-hidden />} onClick={actions.reveal}>
          Show in folder
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={snapshot.pinned ? <IconPinnedOff size={15} aria-hidden /> : <IconPin size={15} aria-hidden />}
        onClick={actions.pin}
      >
        {snapshot.pinned ? 'Unpin' : 'Pin'}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item className="loss" leftSection={<IconTrash size={15} aria-hidden />} onClick={() => onDelete(snapshot)}>
        Delete…
      </Menu.Item>
    </>
  );
}

interface FromMenuProps {
  title: string;
  icon: ReactNode;
  copies: ListedSnapshot['copies'];
  onChoose(destinationId: string): void;
}

function FromMenu({ title, icon, copies, onChoose }: FromMenuProps) {
  return (
    <Menu.Sub position="left-start">
      <Menu.Sub.Target>
        <Menu.Sub.Item leftSection={icon}>{title}</Menu.Sub.Item>
      </Menu.Sub.Target>
      <Menu.Sub.Dropdown>
        {copies.map(({ destinationId, destinationName, kind }) => (
          <Menu.Item
            key={destinationId}
            leftSection={<KindIcon kind={kind} size={15} />}
            onClick={() => onChoose(destinationId)}
          >
            {destinationName}
          </Menu.Item>
        ))}
      </Menu.Sub.Dropdown>
    </Menu.Sub>
  );
}
