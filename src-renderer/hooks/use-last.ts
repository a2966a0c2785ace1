import { useRef } from 'react';

/** Returns the last loaded value while the next one is fetched, so that nothing flickers. */
export function useLast<T>(value: T | null): T | null {
  const last = useRef<T | null>(null);
  if (value !== null) last.current = value;
  return last.current;
}
