import { useCallback, useState } from 'react';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import { errorBody } from '../api/error-body.ts';
import { showError } from '../components/messages/errors.tsx';

/** The work of a button: whether it is pending, its error, and a function to start it. */
export interface Action {
  pending: boolean;
  error: ErrorBody | null;
  run(work: () => Promise<unknown>): void;
}

/**
 * Follows the work of a button.
 * @param report where an error is shown: beside the button by the caller, or in a corner of the window
 */
export function useAction(report: 'here' | 'corner' = 'corner'): Action {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ErrorBody | null>(null);
  const run = useCallback(
    (work: () => Promise<unknown>): void => {
      setPending(true);
      setError(null);
      work()
        .catch((caught: unknown) => (report === 'here' ? setError(errorBody(caught)) : showError(caught)))
        .finally(() => setPending(false));
    },
    [report],
  );
  return { pending, error, run };
}
