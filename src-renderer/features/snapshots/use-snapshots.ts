import { useCallback, useEffect, useRef, useState } from 'react';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { client } from '../../api/client.ts';
import { showError } from '../../components/messages/errors.tsx';
import { useAnswer } from '../../stores/core.ts';

/** As the service answers without a limit. */
const PAGE = 100;

/** The older snapshots that were asked for, and the first page that they follow. */
interface Older {
  readonly first: readonly ListedSnapshot[] | null;
  readonly snapshots: readonly ListedSnapshot[];
  readonly isComplete: boolean;
}

const NONE: Older = { first: null, snapshots: [], isComplete: false };

/**
 * Returns the snapshots of a plan, the newest first: a page, and older ones as far as they were asked for. When the first
 * page has changed, the others are asked for again.
 */
export function useSnapshots(planId: string) {
  const answer = useAnswer('snapshots.list', { planId });
  const first = answer.value;
  const [older, setOlder] = useState<Older>(NONE);
  const loading = useRef(false);

  const load = useCallback(
    async (count: number): Promise<void> => {
      if (first === null || loading.current) return;
      loading.current = true;
      try {
        let { snapshots, isComplete } = older.first === first ? older : NONE;
        while (!isComplete && snapshots.length < count) {
          const last = snapshots.at(-1) ?? first.at(-1);
          const page =
            first.length < PAGE || last === undefined
              ? []
              : await client.call('snapshots.list', { planId, before: last.id, limit: PAGE });
          snapshots = [...snapshots, ...page];
          isComplete = page.length < PAGE;
        }
        setOlder({ first, snapshots, isComplete });
      } catch (error) {
        showError(error);
      } finally {
        loading.current = false;
      }
    },
    [planId, first, older],
  );

  useEffect(() => {
    // The old ones are shown until they are loaded again.
    if (older.first !== null && older.first !== first) void load(older.snapshots.length);
  }, [first, older, load]);

  const snapshots = first === null ? null : older.snapshots.length === 0 ? first : joined(first, older.snapshots);
  const more = useCallback(() => void load(older.snapshots.length + 1), [load, older]);
  return { answer, snapshots, more };
}

/** A snapshot that has moved to the first page is not listed twice. */
function joined(first: readonly ListedSnapshot[], older: readonly ListedSnapshot[]): readonly ListedSnapshot[] {
  const known = new Set(first.map(({ id }) => id));
  return [...first, ...older.filter(({ id }) => !known.has(id))];
}
