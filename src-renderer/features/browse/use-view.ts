import { useCallback, useEffect, useState } from 'react';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { type Action, useAction } from '../../hooks/use-action.ts';
import { addRun, useRun } from '../../stores/runs.ts';

/** A database that is read, or is being opened. */
export interface OpenedView {
  /** `null`: it is not open yet, or no more. */
  viewId: string | null;
  /** The run that opens it. */
  run: Run | undefined;
  action: Action;
  /** Opens it again, also with a key. */
  open(key?: KeyInput): void;
}

/** Opens a database while it is shown, and closes it after that. `source`: `null` where there is nothing to open. */
export function useView(source: Params<'browse.open'>['source'] | null): OpenedView {
  const [runId, setRunId] = useState<string | null>(null);
  const run = useRun(runId);
  const action = useAction('here');
  const { run: act } = action;
  const asked = source === null ? null : JSON.stringify(source);
  const open = useCallback(
    (key?: KeyInput) => {
      if (asked === null) return;
      act(async () => {
        const given = key === undefined ? {} : { key };
        const answer = await client.call('browse.open', { source: JSON.parse(asked), ...given });
        addRun(answer.run);
        setRunId(answer.run.id);
      });
    },
    [asked, act],
  );
  useEffect(() => {
    setRunId(null);
    open();
  }, [open]);
  const viewId = run?.result?.kind === 'browse' ? run.result.viewId : null;
  useEffect(() => {
    if (viewId === null) return;
    // One that is lost with the connection is closed by the service.
    return () => void client.call('browse.close', { viewId }).catch(() => undefined);
  }, [viewId]);
  return { viewId, run, action, open };
}
