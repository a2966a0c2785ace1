import { useRef, useState } from 'react';
import { filesToPath } from '../../api/file-to-path.ts';
import { showError } from '../../components/messages/errors.tsx';
import { openRestore } from '../restore/restore-store.ts';
import type { FileGroup } from './group-files.ts';

interface Sending {
  name: string;
  sent: number;
  total: number;
}

/** Brings a dropped file, and what belongs to it, to the service, and opens the dialog that restores it. */
export function useSending() {
  const [sending, setSending] = useState<Sending | null>(null);
  const abort = useRef<AbortController | null>(null);
  const take = async ({ file, beside }: FileGroup<File>): Promise<void> => {
    const controller = new AbortController();
    abort.current = controller;
    const total = [file, ...beside].reduce((sum, { size }) => sum + size, 0);
    try {
      const path = await filesToPath(
        file,
        beside,
        (sent) => setSending({ name: file.name, sent, total }),
        controller.signal,
      );
      openRestore({ source: { path } });
    } catch (error) {
      showError(error);
    } finally {
      setSending(null);
    }
  };
  return {
    sending,
    send: (group: FileGroup<File>): void => void take(group),
    cancel: (): void => abort.current?.abort(),
  };
}
