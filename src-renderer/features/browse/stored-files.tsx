import { ActionIcon, Button, Checkbox, Group, Text, UnstyledButton } from '@mantine/core';
import { IconArrowBackUp, IconChevronRight, IconFile, IconFolder, IconLink } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { BrowsedFile } from '../../../src-shared/model/rows/browse.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { useDialogAbout } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { openRestore } from '../restore/restore-store.ts';
import { ValueDialog } from './value-dialog.tsx';
import './stored-files.css';

/** What a file is in: an attached file of a snapshot. */
interface Within {
  snapshotId: string;
  attachedFile: string;
}

/** The attached files of a snapshot as trees: folders open, files show their content, and each can be restored. */
export function StoredFiles({ snapshot: { id, attachedFiles } }: { snapshot: Snapshot }) {
  return (
    <section className="stored-files" aria-label="Attached files">
      <ul>
        {attachedFiles.map((attached) => (
          <Root key={attached.name} snapshotId={id} attached={attached} />
        ))}
      </ul>
    </section>
  );
}

/** An attached file, and what of it is selected. */
function Root({ snapshotId, attached }: { snapshotId: string; attached: SnapshotAttachedFile }) {
  const [paths, setPaths] = useState<readonly string[]>([]);
  const { name, kind, files, bytes } = attached;
  const within = { snapshotId, attachedFile: name };
  const selection: Selection = {
    paths,
    select: (path, isSelected) => setPaths(isSelected ? [...paths, path] : paths.filter((each) => each !== path)),
  };
  return (
    <>
      <Branch
        within={within}
        path=""
        entry={{ name, kind: 'folder', bytes, files, modifiedAt: null, target: null }}
        listed={kind !== 'image' && files > 0}
        restored={files > 0}
        selection={kind === 'folder' ? selection : null}
      />
      {paths.length > 0 && (
        <li>
          <Group gap="xs" className="stored-selection">
            <Text size="sm" role="status">
              {paths.length} selected
            </Text>
            <Button size="xs" variant="default" onClick={() => restore(within, [...paths])}>
              Restore selected…
            </Button>
            <Button size="xs" variant="subtle" onClick={() => setPaths([])}>
              Clear selection
            </Button>
          </Group>
        </li>
      )}
    </>
  );
}

/** The files and folders of an attached file that are selected. */
interface Selection {
  paths: readonly string[];
  select(path: string, isSelected: boolean): void;
}

/** So many can be restored together. */
const MOST_SELECTED = 100;

interface BranchProps {
  within: Within;
  /** Of the folder or file in the attached file; empty: the attached file itself. */
  path: string;
  entry: BrowsedFile;
  /** Its content can be listed. */
  listed: boolean;
  restored: boolean;
  /** `null`: it has no parts that could be selected. */
  selection: Selection | null;
}

const ICONS = { file: IconFile, folder: IconFolder, link: IconLink } as const;

function Branch({ within, path, entry, listed, restored, selection }: BranchProps) {
  const [opened, setOpened] = useState(false);
  const id = useId();
  const name = nameInWords(entry.name);
  const shown = useDialogAbout<true>('file', `${within.attachedFile}/${path}`);
  const Icon = ICONS[entry.kind];
  const isFolder = entry.kind === 'folder';
  return (
    <li>
      <div className="stored-file">
        {path !== '' && selection !== null && <Selected {...{ path, name, selection }} />}
        {isFolder && listed ? (
          <UnstyledButton
            className="disclosure"
            aria-expanded={opened}
            aria-controls={id}
            onClick={() => setOpened(!opened)}
          >
            <IconChevronRight size={15} aria-hidden className="turn" />
            <Icon size={15} aria-hidden />
            <bdi className="wraps">{name}</bdi>
          </UnstyledButton>
        ) : entry.kind === 'file' ? (
          <UnstyledButton className="stored-file-name" onClick={() => shown.open(true)}>
            <Icon size={15} aria-hidden />
            <bdi className="wraps">{name}</bdi>
          </UnstyledButton>
        ) : (
          <span className="stored-file-name">
            <Icon size={15} aria-hidden />
            <bdi className="wraps">{entry.target === null ? name : `${name} → ${nameInWords(entry.target)}`}</bdi>
          </span>
        )}
        <Text size="xs" c="dimmed" className="numbers stored-file-size">
          {isFolder && `${countInWords(entry.files, 'file')}, `}
          {entry.kind !== 'link' && bytesInWords(entry.bytes)}
        </Text>
        {restored && (
          <ActionIcon
            size="sm"
            variant="subtle"
            title="Restore…"
            aria-label={`Restore ${name}…`}
            onClick={() => restore(within, path === '' ? [] : [path])}
          >
            <IconArrowBackUp size={15} />
          </ActionIcon>
        )}
      </div>
      {isFolder && (
        <div id={id} hidden={!opened} className="stored-folder">
          {opened && <Folder {...{ within, path, selection }} />}
        </div>
      )}
      {shown.about !== null && (
        <ValueDialog place={{ method: 'browse.file', params: { ...within, path } }} name={name} onClose={shown.close} />
      )}
    </li>
  );
}

function Selected({ path, name, selection: { paths, select } }: { path: string; name: string; selection: Selection }) {
  const isSelected = paths.includes(path);
  return (
    <Checkbox
      size="xs"
      aria-label={`Select ${name}`}
      checked={isSelected}
      disabled={!isSelected && paths.length >= MOST_SELECTED}
      onChange={(event) => select(path, event.currentTarget.checked)}
    />
  );
}

function restore({ snapshotId, attachedFile }: Within, parts: string[]): void {
  openRestore({ source: { snapshotId }, files: { attachedFile, parts } });
}

function Folder({ within, path, selection }: Pick<BranchProps, 'within' | 'path' | 'selection'>) {
  const answer = useAnswer('browse.files', { ...within, folder: path });
  const { value } = answer;
  if (value === null) return <Pending answer={answer} label="Loading files" />;
  return (
    <>
      {value.entries.length === 0 && (
        <Text size="sm" c="dimmed">
          Empty folder
        </Text>
      )}
      <ul>
        {value.entries.map((entry) => (
          <Branch
            key={entry.name}
            within={within}
            path={path === '' ? entry.name : `${path}/${entry.name}`}
            entry={entry}
            listed
            restored
            selection={selection}
          />
        ))}
      </ul>
      {value.more && (
        <Text size="sm" c="dimmed">
          Only the first {value.entries.length.toLocaleString('en-US')} are listed.
        </Text>
      )}
    </>
  );
}
