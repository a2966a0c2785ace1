import { useEffect, useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import { client } from '../../api/client.ts';
import { errorBody } from '../../components/errors.tsx';

/** A database that was chosen, as far as it has been looked into. */
export interface LookedAt {
  source: SourceDescription | null;
  problem: ErrorBody | null;
  looking: boolean;
  /** A key is asked for: whatever keeps one from being read, another one can be given right there. */
  locked: boolean;
}

const NOTHING = { source: null, problem: null, looking: false };

/** Opens a database as soon as its path is known and says what it is. */
export function useSource(path: string, key: KeyInput | null): LookedAt {
  const [looked, setLooked] = useState<Omit<LookedAt, 'locked'>>(NOTHING);
  useEffect(() => {
    if (path.trim() === '') return setLooked(NOTHING);
    const abort = new AbortController();
    setLooked({ source: null, problem: null, looking: true });
    // While a path is typed, each letter would be looked up: only a pause is.
    const timer = setTimeout(() => {
      client
        .call('sources.describe', { path: path.trim(), ...(key === null ? {} : { key }) }, { signal: abort.signal })
        .then((source) => setLooked({ source, problem: null, looking: false }))
        .catch((error: unknown) => {
          if (!abort.signal.aborted) setLooked({ source: null, problem: errorBody(error), looking: false });
        });
    }, 250);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path, key]);
  const { source, problem, looking } = looked;
  // While a key is tried its form stays, with all that was typed: it may have to be put right.
  const locked =
    source?.databaseEncryption?.locked === true ||
    problem?.code === 'BAD_KEY' ||
    (key !== null && (looking || problem !== null));
  return { ...looked, locked };
}
