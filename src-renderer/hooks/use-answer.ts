import { useCallback, useEffect, useState } from 'react';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import { client } from '../api/client.ts';
import { errorBody } from '../components/errors.tsx';
import { useAppStore } from '../stores/app-store.ts';

/** What the core was asked for: not yet there, there, or failed. */
export interface Answer<T> {
  /** `null` until it is there. It stays while the core is asked again. */
  value: T | null;
  /** Why the core could not be asked, or what it answered. */
  error: ErrorBody | null;
  /** Asks again. */
  reload(): void;
}

interface Received<T> {
  /** The question it belongs to. */
  asked: string | null;
  value: T | null;
  error: ErrorBody | null;
}

/**
 * Asks the core while a component is shown: on each connection, for other parameters, and after `reload`. Without a
 * connection it waits for one. Only the answer to the last question counts.
 * @param params `null`: there is nothing to ask
 */
export function useAnswer<M extends MethodName>(method: M, params: Params<M> | null): Answer<Result<M>> {
  const connected = useAppStore((state) => state.connected === true);
  const asked = params === null ? null : JSON.stringify(params);
  const [received, setReceived] = useState<Received<Result<M>>>({ asked: null, value: null, error: null });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks again
  useEffect(() => {
    if (asked === null || !connected) return;
    const abort = new AbortController();
    client.call(method, JSON.parse(asked) as Params<M>, { signal: abort.signal }).then(
      (value) => abort.signal.aborted || setReceived({ asked, value, error: null }),
      (error: unknown) => {
        // A lost connection has its own banner, and the core is asked again after reconnecting.
        if (abort.signal.aborted || useAppStore.getState().connected !== true) return;
        setReceived((before) => ({
          asked,
          value: before.asked === asked ? before.value : null,
          error: errorBody(error),
        }));
      },
    );
    return () => abort.abort();
  }, [method, asked, connected, attempt]);
  const reload = useCallback(() => {
    setReceived((before) => ({ ...before, error: null }));
    setAttempt((before) => before + 1);
  }, []);
  const { value, error } = received.asked === asked ? received : { value: null, error: null };
  return { value, error, reload };
}
