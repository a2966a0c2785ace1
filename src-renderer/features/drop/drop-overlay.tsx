import { Button, Progress, Text, Title } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { fileToPath } from '../../api/file-to-path.ts';
import { showError } from '../../components/messages/errors.tsx';
import { openRestore } from '../restore/restore-store.ts';
import './drop-overlay.css';

interface Sending {
  name: string;
  sent: number;
  total: number;
}

/** A drop anywhere in the window starts a restore. */
export function DropOverlay() {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending | null>(null);
  const abort = useRef<AbortController | null>(null);

  useEffect(() => {
    const take = async (file: File): Promise<void> => {
      const controller = new AbortController();
      abort.current = controller;
      try {
        const path = await fileToPath(
          file,
          (sent) => setSending({ name: file.name, sent, total: file.size }),
          controller.signal,
        );
        openRestore({ source: { path } });
      } catch (error) {
        showError(error);
      } finally {
        setSending(null);
      }
    };
    const onDrag = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const elsewhere = event.target instanceof Element && event.target.closest('[data-drop-source]') !== null;
      setOver(event.type !== 'drop' && !elsewhere && !leavesWindow(event));
      const file = event.dataTransfer.files[0];
      if (event.type === 'drop' && !elsewhere && file !== undefined) void take(file);
    };
    const kinds = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;
    for (const kind of kinds) window.addEventListener(kind, onDrag);
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, onDrag);
    };
  }, []);

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
        <Button variant="default" onClick={() => abort.current?.abort()}>
          Cancel
        </Button>
      </div>
    );
  }
  if (!over) return null;
  return (
    <div className="drop-overlay passive" role="status">
      <IconFileImport size={48} stroke={1.3} aria-hidden />
      <Title order={2}>Drop to restore</Title>
      <Text c="dimmed">
        Accepts snapshots, databases (also as .gz or .zst) and SQL dumps. The file is checked first. Nothing changes
        until you confirm.
      </Text>
    </div>
  );
}

const leavesWindow = (event: DragEvent): boolean => event.type === 'dragleave' && event.relatedTarget === null;
