import { type ReactNode, useId } from 'react';
import { client } from '../../api/client.ts';
import { closeParameters, useParameter } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useInfo } from '../../stores/core.ts';
import { FilePicker, type PathKind } from './file-picker.tsx';

/** Picks a path. */
interface PathPicker {
  pick(): void;
  pending: boolean;
  /** To be shown beside what starts it. */
  picker: ReactNode;
}

/**
 * Picks a path in a native dialog, or in one of the window where the host has none.
 * @param start the path that is shown first; empty for none
 */
export function usePathPicker(kind: PathKind, start: string, onPick: (path: string) => void): PathPicker {
  const id = useId();
  const native = useInfo()?.capabilities.nativeDialogs ?? false;
  const [shown, show] = useParameter('picker');
  const browse = useAction();
  const pick = (): void => {
    // Native dialogs for databases and backups would hide other files.
    if (!native || kind === 'file') {
      show(id, { replace: false });
      return;
    }
    browse.run(async () => {
      const { path } = await pickNatively(kind, start);
      if (path !== null) onPick(path);
    });
  };
  const picked = (path: string): void => {
    closeParameters('picker');
    onPick(path);
  };
  const picker = shown === id && (
    <FilePicker kind={kind} start={start} onClose={() => closeParameters('picker')} onPick={picked} />
  );
  return { pick, pending: browse.pending, picker };
}

function pickNatively(kind: Exclude<PathKind, 'file'>, value: string): Promise<{ path: string | null }> {
  if (kind === 'database') return client.call('dialogs.pickDatabase', {});
  if (kind === 'backup') return client.call('dialogs.pickBackup', {});
  if (kind === 'folder') return client.call('dialogs.pickFolder', {});
  return client.call('dialogs.pickTarget', value === '' ? {} : { suggestion: value });
}
