import { startTransition, useEffect, useState } from 'react';

/** Returns the time now, updated every 30 seconds, so that shown ages stay correct; nobody who types or scrolls waits for it. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => startTransition(() => setNow(Date.now())), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
