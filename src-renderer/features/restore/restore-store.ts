import { create } from 'zustand';
import type { RestoreSource } from '../../../src-shared/model/restore.ts';
import { discardUpload } from '../../api/uploads.ts';
import type { RestoreChoice } from './restore-choice.ts';

/** What is to be restored. */
export interface RestoreRequest {
  source: RestoreSource;
  /** Where to, when that is known: then the review comes at once. */
  targetPath?: string;
  /** What of it, when that is known. */
  choice?: RestoreChoice;
}

interface RestoreState {
  request: RestoreRequest | null;
  /** Grows with each request, so that each begins anew. */
  number: number;
}

/** The restore that is being looked at; one at a time. */
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
