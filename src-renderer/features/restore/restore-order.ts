import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { client } from '../../api/client.ts';
import { addRun } from '../../stores/runs.ts';
import type { RestoreChoice } from './restore-choice.ts';

/** What to restore, and where. */
export interface RestoreOrder {
  source: RestoreSource;
  choice: RestoreChoice;
  /** Of the database; empty: none is restored. */
  targetPath: string;
  /** Of the one attached file; empty: where it came from. */
  to: string;
}

/** A check that a person has confirmed. */
export interface Confirmed {
  checkRunId: string;
  confirmation: string;
  force?: boolean;
}

/**
 * Starts the confirmed restore: a database, files, or both in one run, which is undone as a whole.
 * @returns the run's id
 */
export async function startRestore(database: Confirmed | null, files: Confirmed | null): Promise<string> {
  const [first, second] = database === null ? [files, null] : [database, files];
  if (first === null) throw new Error('Nothing to restore was confirmed.');
  const { run } = await client.call('restores.start', second === null ? first : { ...first, files: second });
  addRun(run);
  return run.id;
}
