import { useEffect, useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import { client } from '../../api/client.ts';
import { errorBody } from '../../components/errors.tsx';

/** A chosen database, as far as it has been checked. */
export interface LookedAt {
  source: SourceDescription | null;
  problem: ErrorBody | null;
  looking: boolean;
  /** A key is asked for; when one cannot be read, another can be entered in its place. */
  locked: boolean;
}

const NOTHING = { source: null, problem: null, looking: false };

/** Describes a database as soon as its path is known. */
export function useSource(path: string, key: KeyInput | null): LookedAt {
  const [looked, setLooked] = useState<Omit<LookedAt, 'locked'>>(NOTHING);
  useEffect(() => {
    if (path.trim() === '') return setLooked(NOTHING);
    const abort = new AbortController();
    setLooked({ source: null, problem: null, looking: true });
    // Waits for a pause in typing.
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
  // The form stays while a key is tried, so that it can be corrected.
  const locked =
    source?.databaseEncryption?.locked === true ||
    problem?.code === 'BAD_KEY' ||
    (key !== null && (looking || problem !== null));
  return { ...looked, locked };
}
