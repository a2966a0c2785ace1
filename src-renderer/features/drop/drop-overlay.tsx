import { Button, Progress, Text, Title } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { useDialogAbout } from '../../hooks/address.ts';
import { ChooseFileDialog } from './choose-file-dialog.tsx';
import { ScanFolderDialog } from './scan-folder-dialog.tsx';
import { useSending } from './use-sending.ts';
import './drop-overlay.css';

/** What was dropped: files, or a folder; `path` is `null` in a browser, which does not tell where it is. */
type Dropped = { kind: 'files'; files: File[] } | { kind: 'folder'; name: string; path: string | null };

/** A drop anywhere in the window starts a restore; several files and folders are asked about. */
export function DropOverlay() {
  const { about: asked, open: ask, close } = useDialogAbout<Dropped>('dropped');
  const { sending, send, cancel } = useSending();
  const over = useDrops((dropped) => {
    const [only, ...others] = dropped.kind === 'files' ? dropped.files : [];
    if (only !== undefined && others.length === 0) send({ file: only, beside: [] });
    else ask(dropped);
  });
  if (sending !== null) {
    return (
      <div className="drop-overlay" role="status">
        <Title order={2}>Uploading {sending.name}</Title>
        <Progress
          w="min(360px, 90vw)"
          value={(sending.sent / Math.max(1, sending.total)) * 100}
          aria-label={`Uploading ${sending.name}`}
        />
        <Text size="sm" className="numbers">
          {bytesInWords(sending.sent)} of {bytesInWords(sending.total)}
        </Text>
        <Button variant="default" onClick={cancel}>
          Cancel
        </Button>
      </div>
    );
  }
  if (over) {
    return (
      <div className="drop-overlay passive" role="status">
        <IconFileImport size={48} stroke={1.3} aria-hidden />
        <Title order={2}>Drop to restore</Title>
        <Text c="dimmed">
          Accepts snapshots, databases (also as .gz or .zst) and SQL dumps; a folder is scanned for backups. Nothing
          changes until you confirm.
        </Text>
      </div>
    );
  }
  if (asked?.kind === 'files') {
    return (
      <ChooseFileDialog
        files={asked.files}
        onClose={close}
        onChosen={(chosen) => {
          close();
          send(chosen);
        }}
      />
    );
  }
  return asked === null ? null : <ScanFolderDialog name={asked.name} path={asked.path} onClose={close} />;
}

/** Calls back with what is dropped on the window, but for the fields that take files themselves. @returns whether something is held over it */
function useDrops(onDrop: (dropped: Dropped) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onDrag = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const elsewhere = event.target instanceof Element && event.target.closest('[data-drop-source]') !== null;
      setOver(event.type !== 'drop' && !elsewhere && !leavesWindow(event));
      if (event.type !== 'drop' || elsewhere) return;
      const dropped = droppedIn(event.dataTransfer);
      if (dropped !== null) onDrop(dropped);
    };
    const kinds = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;
    for (const kind of kinds) window.addEventListener(kind, onDrag);
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, onDrag);
    };
  }, [onDrop]);
  return over;
}

const leavesWindow = (event: DragEvent): boolean => event.type === 'dragleave' && event.relatedTarget === null;

function droppedIn({ items, files }: DataTransfer): Dropped | null {
  const folder = [...items].map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory);
  if (folder) {
    const file = [...files].find(({ name }) => name === folder.name);
    const path = file === undefined ? '' : (window.snapkeepBridge?.pathForFile(file) ?? '');
    return { kind: 'folder', name: folder.name, path: path === '' ? null : path };
  }
  return files.length === 0 ? null : { kind: 'files', files: [...files] };
}
