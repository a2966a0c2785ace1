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

/** What opens a view. */
type Opens = 'browse.open' | 'compare.open';

/** Opens a database, or compares two, while that is shown, and closes the view after that. `params`: `null` where there is nothing to open. */
export function useView<M extends Opens>(method: M, params: Params<M> | null): OpenedView {
  const [runId, setRunId] = useState<string | null>(null);
  const run = useRun(runId);
  const action = useAction('here');
  const { run: act } = action;
  const asked = params === null ? null : JSON.stringify(params);
  const open = useCallback(
    (key?: KeyInput) => {
      if (asked === null) return;
      act(async () => {
        const given = key === undefined ? {} : { key };
        const answer = await client.call(method, { ...JSON.parse(asked), ...given });
        addRun(answer.run);
        setRunId(answer.run.id);
      });
    },
    [method, asked, act],
  );
  useEffect(() => {
    setRunId(null);
    open();
  }, [open]);
  const result = run?.result;
  const viewId = result?.kind === 'browse' || result?.kind === 'compare' ? result.viewId : null;
  useEffect(() => {
    if (viewId === null) return;
    // One that is lost with the connection is closed by the service.
    return () => void client.call('browse.close', { viewId }).catch(() => undefined);
  }, [viewId]);
  return { viewId, run, action, open };
}
