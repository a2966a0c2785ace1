import { z } from 'zod';
import { create } from 'zustand';
import { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { discardUpload } from '../../api/uploads.ts';
import { closeParameters, navigate, setParameters, useParameters } from '../../hooks/address.ts';

/** The snapshot, point in time or file to restore. */
export interface RestoreRequest {
  source: RestoreSource;
  /** The comparison with the original path begins at once. */
  compare?: boolean;
  /** One attached file, or files and folders in it, are chosen at first. */
  files?: { attachedFile: string; parts: string[] };
}

/** Counts the requests, so that each opens a new dialog, also one for the same file. */
const useNumber = create<{ number: number }>(() => ({ number: 0 }));

const NONE = {
  restore: '',
  from: '',
  file: '',
  entry: '',
  of: '',
  replica: '',
  point: '',
  compare: '',
  compared: '',
  attached: '',
  within: '',
};

/** Opens the dialog for a snapshot, a point in time or a file at its own address: Back closes it. */
export function openRestore({ source, compare = false, files }: RestoreRequest): void {
  const asked =
    'path' in source
      ? { file: source.path, entry: source.entry ?? '' }
      : 'replica' in source
        ? { replica: JSON.stringify(source.replica), point: String(source.txid) }
        : 'txid' in source
          ? { of: source.planId, point: String(source.txid) }
          : { restore: source.snapshotId, from: source.destinationId ?? '' };
  useNumber.setState(({ number }) => ({ number: number + 1 }));
  const chosen = files === undefined ? {} : { attached: files.attachedFile, within: JSON.stringify(files.parts) };
  setParameters({ ...NONE, ...asked, ...chosen, compare: compare ? 'yes' : '' }, { replace: false });
}

/** Closes the dialog. */
export function closeRestore(): void {
  closeParameters(...Object.keys(NONE));
}

/** Returns what the address asks to restore, `null` for nothing, and what tells one request from another. */
export function useRestoreRequest(): { request: RestoreRequest | null; key: string } {
  const parameters = useParameters();
  const number = useNumber((state) => state.number);
  const read = (name: string): string | undefined => parameters.get(name) ?? undefined;
  const source = RestoreSource.safeParse(
    parameters.has('file')
      ? { path: read('file'), entry: read('entry') }
      : parameters.has('replica')
        ? { replica: parsed(read('replica')), txid: Number(read('point')) }
        : parameters.has('of')
          ? { planId: read('of'), txid: Number(read('point')) }
          : { snapshotId: read('restore'), destinationId: read('from') },
  );
  if (!source.success) return { request: null, key: '' };
  const attachedFile = read('attached');
  const request = {
    source: source.data,
    compare: parameters.has('compare'),
    ...(attachedFile === undefined ? {} : { files: { attachedFile, parts: pathsOf(read('within')) } }),
  };
  return { request, key: `${number} ${JSON.stringify(request)}` };
}

/** Reads the paths of an address, which a person may have changed. */
const pathsOf = (text = '[]'): string[] => z.array(z.string().min(1)).catch([]).parse(parsed(text));

/** Reads JSON of an address; `undefined`: it is none. */
function parsed(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The file that is browsed once its dialog has closed. */
let browsed: string | null = null;

/** Shows what a file contains, instead of the dialog. */
export function browseFile({ path, entry }: Extract<RestoreSource, { path: string }>): void {
  browsed = path;
  navigate(`/browse?${new URLSearchParams({ path, ...(entry === undefined ? {} : { entry }) })}`);
}

/** Discards the file that was sent for a dialog that has closed, unless it is browsed. */
export function discardSource(source: RestoreSource): void {
  if (!('path' in source)) return;
  if (source.path !== browsed) discardUpload(source.path);
  browsed = null;
}
