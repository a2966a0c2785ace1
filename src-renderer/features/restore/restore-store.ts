import { create } from 'zustand';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { discardUpload } from '../../api/uploads.ts';
import type { RestoreChoice } from './restore-choice.ts';

/** The snapshot or file to restore. */
export interface RestoreRequest {
  source: RestoreSource;
  /** The target, if it is known; the review then opens directly. */
  targetPath?: string;
  /** The choice of items, if it is known. */
  choice?: RestoreChoice;
}

interface RestoreState {
  request: RestoreRequest | null;
  /** Counts the requests, so that each opens a new dialog. */
  number: number;
}

/** The restore in the dialog; one at a time. */
export const useRestoreStore = create<RestoreState>(() => ({ request: null, number: 0 }));

/** Opens the dialog for a snapshot or a file. */
export function openRestore(request: RestoreRequest): void {
  endRequest();
  useRestoreStore.setState(({ number }) => ({ request, number: number + 1 }));
}

/** Closes the dialog. */
export function closeRestore(): void {
  endRequest();
  useRestoreStore.setState({ request: null });
}

/** A file that was sent for this dialog goes with it. */
function endRequest(): void {
  const source = useRestoreStore.getState().request?.source;
  if (source !== undefined && 'path' in source) discardUpload(source.path);
}
