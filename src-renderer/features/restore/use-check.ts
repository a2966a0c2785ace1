import { useCallback, useEffect, useRef, useState } from 'react';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { type Action, useAction } from '../../hooks/use-action.ts';
import { addRun, useRun } from '../../stores/runs.ts';

/** A check before a restore. */
export interface Check {
  run: Run | undefined;
  action: Action;
  /** Checks again as before. */
  again(): void;
  /** Checks again, with a key. */
  unlock(key: KeyInput): void;
  /** Checks again, for one file of an archive. */
  choose(entry: string): void;
}

/** Starts the check once its target is known. */
export function useCheck(params: Params<'restores.check'> | null, onStarted: (runId: string) => void): Check {
  const [runId, setRunId] = useState<string | null>(null);
  const run = useRun(runId);
  const action = useAction('here');
  const { run: act } = action;
  const started = useRef(false);
  const asked = params === null ? null : JSON.stringify(params);
  /** The file of an archive that was chosen; it stays when a key is given. */
  const entry = useRef<string | null>(null);
  const start = useCallback(
    (key?: KeyInput) => {
      if (asked === null) return;
      act(async () => {
        const given = key === undefined ? {} : { key };
        const answer = await client.call('restores.check', {
          ...withEntry(JSON.parse(asked), entry.current),
          ...given,
        });
        addRun(answer.run);
        setRunId(answer.run.id);
        onStarted(answer.run.id);
      });
    },
    [asked, act, onStarted],
  );
  useEffect(() => {
    if (started.current || asked === null) return;
    started.current = true;
    start();
  }, [start, asked]);
  const choose = useCallback(
    (name: string) => {
      entry.current = name;
      start();
    },
    [start],
  );
  return { run, action, again: () => start(), unlock: start, choose };
}

function withEntry(params: Params<'restores.check'>, entry: string | null): Params<'restores.check'> {
  if (entry === null || params.what === 'files' || !('path' in params.source)) return params;
  return { ...params, source: { ...params.source, entry } };
}
