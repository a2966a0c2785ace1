import { ActionIcon, Button, Group, Loader, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconArrowUp,
  IconDatabase,
  IconDeviceFloppy,
  IconDeviceUsb,
  IconFile,
  IconFolder,
  IconFolderCog,
  IconHome,
  IconNetwork,
  IconSearch,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { FolderEntry, UsualPlace } from '../../../src-shared/model/folder-listing.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';
import { Dialog } from '../layout/dialog.tsx';
import { ErrorNotice } from '../messages/errors.tsx';
import { PathText } from '../status/path-text.tsx';
import { DialogButtons } from './dialog-buttons.tsx';

/** What is chosen: an existing database, backup or file, a folder, or the path of a new file. */
export type PathKind = 'database' | 'backup' | 'file' | 'folder' | 'target';

interface FilePickerProps {
  kind: PathKind;
  /** A path to start near; empty: the home folder. */
  start: string;
  onPick(path: string): void;
  onClose(): void;
}

/** Between the last key and the search. */
const SEARCH_PAUSE_MS = 150;

const TITLES: Record<PathKind, string> = {
  database: 'Choose database',
  backup: 'Choose backup',
  file: 'Choose file',
  folder: 'Choose folder',
  target: 'Choose restore location',
};

/** Chooses a file or folder on the machine of the service, for hosts without native dialogs. */
export function FilePicker({ kind, start, onPick, onClose }: FilePickerProps) {
  const [folder, setFolder] = useState<string | null>(start === '' ? null : parentOf(start));
  const [search, setSearch] = useState('');
  const [searched] = useDebouncedValue(search, SEARCH_PAUSE_MS);
  const answer = useAnswer('files.list', {
    ...(folder === null ? {} : { path: folder }),
    ...(searched === '' ? {} : { search: searched }),
    ...(kind === 'folder' ? { foldersOnly: true } : {}),
  });
  const listing = useLast(answer.value);
  const open = (path: string | null): void => {
    setFolder(path);
    setSearch('');
  };
  const form = useForm({ initialValues: { name: kind === 'target' ? nameOf(start) : '' } });
  const fileName = form.values.name.trim();
  const choose = (entry: FolderEntry): void => {
    if (entry.kind === 'folder') open(entry.path);
    else if (kind === 'target') form.setFieldValue('name', entry.name);
    else onPick(entry.path);
  };
  const entries = listing?.entries ?? [];
  return (
    <Dialog opened onClose={onClose} title={TITLES[kind]} size={780}>
      <div className="picker">
        <Places current={listing?.path ?? null} onOpen={open} />
        <Stack gap="sm" miw={0}>
          <Group gap="xs" wrap="nowrap">
            <ActionIcon
              variant="default"
              aria-label="Parent folder"
              disabled={listing?.parent == null}
              onClick={() => open(listing?.parent ?? null)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <PathText path={listing?.path ?? ''} size="sm" />
          </Group>
          <TextInput
            type="search"
            aria-label="Search in this folder"
            placeholder="Search in this folder"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          {answer.error !== null && <ErrorNotice error={answer.error} onRetry={answer.reload} />}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
          <section className="picker-list" tabIndex={0} aria-label="Files and folders">
            {listing === null && answer.error === null && <Loader size="sm" m="md" />}
            {entries.map((entry) => (
              <UnstyledButton key={entry.path} className="picker-row" onClick={() => choose(entry)}>
                {iconOf(entry)}
                <bdi className="picker-name">{nameInWords(entry.name)}</bdi>
                <Text size="xs" c="dimmed">
                  {entry.kind === 'folder' ? '' : bytesInWords(entry.sizeBytes)}
                </Text>
              </UnstyledButton>
            ))}
            {listing !== null && entries.length === 0 && (
              <Text c="dimmed" size="sm" p="md">
                {kind === 'folder' ? 'No matching folders' : 'No matching files'} in this folder.
              </Text>
            )}
            {listing !== null && listing.more > 0 && (
              <Text c="dimmed" size="sm" p="md" role="status">
                {countInWords(listing.more, 'more item')}. Search to find them.
              </Text>
            )}
          </section>
          {kind === 'target' && <TextInput label="File name" {...form.getInputProps('name')} />}
        </Stack>
      </div>
      <div className="picker-buttons">
        <DialogButtons onClose={onClose}>
          {kind === 'folder' && (
            <Button disabled={listing === null} onClick={() => onPick(listing?.path ?? '')}>
              Choose this folder
            </Button>
          )}
          {kind === 'target' && (
            <Button
              disabled={listing === null || fileName === ''}
              onClick={() => onPick(joinPath(listing?.path ?? '', fileName))}
            >
              Choose
            </Button>
          )}
        </DialogButtons>
      </div>
    </Dialog>
  );
}

const PLACE_ICONS: Record<UsualPlace['kind'], typeof IconHome> = {
  home: IconHome,
  programs: IconFolderCog,
  disk: IconDeviceFloppy,
  removable: IconDeviceUsb,
  network: IconNetwork,
};

/** The folders that people often choose from. */
function Places({ current, onOpen }: { current: string | null; onOpen(path: string): void }) {
  const { value } = useAnswer('files.places', {});
  const home = value?.find(({ kind }) => kind === 'home')?.path;
  return (
    <nav className="picker-places" aria-label="Places">
      {value?.map(({ path, kind }) => {
        const Icon = PLACE_ICONS[kind];
        return (
          <UnstyledButton
            key={path}
            className="picker-place"
            title={path}
            aria-current={path === current ? 'location' : undefined}
            onClick={() => onOpen(path)}
          >
            <Icon size={16} aria-hidden />
            <bdi className="picker-name">{placeName(path, kind, home)}</bdi>
          </UnstyledButton>
        );
      })}
    </nav>
  );
}

/** For example `Home`, `.local/share`, `/var/lib`, or the name of a disk. */
function placeName(path: string, kind: UsualPlace['kind'], home: string | undefined): string {
  if (kind === 'home') return 'Home';
  if (kind !== 'programs') return nameOf(path) || path;
  return home !== undefined && path.startsWith(home) ? path.slice(home.length + 1) : path;
}

function iconOf(entry: FolderEntry) {
  if (entry.kind === 'folder') return <IconFolder size={16} aria-label="Folder" />;
  return entry.kind === 'database' || /\.(db|sqlite|sqlite3|sql|gz|zst)$/i.test(entry.name) ? (
    <IconDatabase size={16} aria-label="Database" />
  ) : (
    <IconFile size={16} aria-label="File" />
  );
}

const separatorOf = (path: string): string => (path.includes('\\') ? '\\' : '/');
const nameOf = (path: string): string => path.slice(path.lastIndexOf(separatorOf(path)) + 1);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf(separatorOf(path))) || '/';
const joinPath = (folder: string, name: string): string =>
  folder.endsWith(separatorOf(folder)) ? folder + name : folder + separatorOf(folder) + name;
