import { type RefObject, useEffect, useRef } from 'react';

/** Whether a component is still shown, for work that ends later. */
export function useMounted(): RefObject<boolean> {
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  return mounted;
}
