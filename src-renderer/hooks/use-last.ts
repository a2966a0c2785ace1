import { useRef } from 'react';

/** Returns the last value that was there, so that nothing flickers while the next one is fetched. */
export function useLast<T>(value: T | null): T | null {
  const last = useRef<T | null>(null);
  if (value !== null) last.current = value;
  return last.current;
}
