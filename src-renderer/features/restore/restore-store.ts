import { create } from 'zustand';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { discardUpload } from '../../api/uploads.ts';

/** The snapshot or file to restore. */
export interface RestoreRequest {
  source: RestoreSource;
  /** The comparison with the original path begins at once. */
  compare?: boolean;
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
