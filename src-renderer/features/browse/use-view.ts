import { useCallback, useEffect, useRef, useState } from 'react';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { type Action, useAction } from '../../hooks/use-action.ts';
import { addRun, runEnded, useRun } from '../../stores/runs.ts';

/** A database that is read, or is being opened. */
export interface OpenedView {
  /** `null`: it is not open yet. */
  viewId: string | null;
  /** The run that opens it. */
  run: Run | undefined;
  action: Action;
  /** Opens it again, also with a key. */
  open(key?: KeyInput): void;
}

/** What opens a view. */
type Opens = 'browse.open' | 'compare.open';

/**
 * Opens a database, or compares two, while that is shown, and closes the view after that. What the service has closed
 * meanwhile is opened again by the next question.
 * @param params `null` where there is nothing to open
 */
export function useView<M extends Opens>(method: M, params: Params<M> | null): OpenedView {
  const [runId, setRunId] = useState<string | null>(null);
  const run = useRun(runId);
  const action = useAction('here');
  const { run: act } = action;
  const asked = params === null ? null : JSON.stringify(params);
  const entered = useRef<KeyInput | undefined>(undefined);
  const start = useCallback(async (): Promise<Run> => {
    const given = entered.current === undefined ? {} : { key: entered.current };
    const answer = await client.call(method, { ...JSON.parse(asked ?? ''), ...given });
    addRun(answer.run);
    return answer.run;
  }, [method, asked]);
  const open = useCallback(
    (key?: KeyInput) => {
      if (asked === null) return;
      entered.current = key;
      act(async () => setRunId((await start()).id));
    },
    [asked, start, act],
  );
  useEffect(() => {
    setRunId(null);
    open();
  }, [open]);
  const viewId = viewIdOf(run);
  useEffect(() => {
    if (viewId === null) return;
    const forget = client.keepView(viewId, async () => requireView(await runEnded((await start()).id)));
    return () => {
      // One that is lost with the connection is closed by the service.
      client.call('browse.close', { viewId }).catch(() => undefined);
      forget();
    };
  }, [viewId, start]);
  return { viewId, run, action, open };
}

const viewIdOf = (run: Run | undefined): string | null =>
  run?.result?.kind === 'browse' || run?.result?.kind === 'compare' ? run.result.viewId : null;

/** @throws SnapkeepError what the run has ended with */
function requireView(run: Run): string {
  const viewId = viewIdOf(run);
  if (viewId !== null) return viewId;
  if (run.error !== null) throw SnapkeepError.fromBody(run.error);
  throw new SnapkeepError('CANCELLED', 'The opening was cancelled.', { hint: 'Open it again.' });
}
