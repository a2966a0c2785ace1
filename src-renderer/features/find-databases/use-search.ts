import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { useKept } from '../../stores/core.ts';
import { isActive } from '../../stores/run-list.ts';
import { addRun } from '../../stores/runs.ts';

/** Starts a search where programs keep data. */
export async function startSearch(): Promise<void> {
  addRun((await client.call('databases.find', {})).run);
}

/** Returns the search that has not ended. */
export function useActiveSearch(): Run | undefined {
  return useKept('runs.list', (runs) => runs?.find((run) => run.kind === 'find' && isActive(run)));
}
