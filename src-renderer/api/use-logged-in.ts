import { useSyncExternalStore } from 'react';
import { browserSession } from './session.ts';

/** Returns whether this window may use the core; a browser has to log in first. */
export function useLoggedIn(): boolean {
  return useSyncExternalStore(
    (listener) => browserSession.onChange(listener),
    () => window.snapkeepBridge !== undefined || browserSession.token !== null,
  );
}
