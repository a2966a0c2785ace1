import { useRef } from 'react';

/** Returns the first loaded value, so that a default stays while there are newer ones. */
export function useFirst<T>(value: T | null): T | null {
  const first = useRef<T | null>(null);
  first.current ??= value;
  return first.current;
}
