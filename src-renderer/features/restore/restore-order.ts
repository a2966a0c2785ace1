import type { RestoreSource } from '../../../src-shared/model/restore.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { showError } from '../../components/errors.tsx';
import { isActive, putRun, useRunsStore } from '../../stores/runs-store.ts';
import type { RestoreChoice } from './restore-choice.ts';

/** What is to be restored, and where to. */
export interface RestoreOrder {
  source: RestoreSource;
  choice: RestoreChoice;
  /** Of the database; empty: none is restored. */
  targetPath: string;
  /** Of the one companion; empty: where it came from. */
  to: string;
}

/** A look that a person has confirmed. */
export interface Confirmed {
  checkRunId: string;
  confirmation: string;
  force?: boolean;
}

/** The runs of a restore: the database first, then the files. */
export interface RestoreRuns {
  database: string | null;
  files: string | null;
  /** The files follow when the database is restored. */
  filesFollow: boolean;
}

async function start(confirmed: Confirmed): Promise<Run> {
  const { run } = await client.call('restores.start', confirmed);
  putRun(run);
  return run;
}

/**
 * Starts what was confirmed. The files follow the database only when that is restored, also when nobody looks any more.
 * @param onRuns told of the first run, and again when the files have begun or will not
 */
export async function startRestores(
  database: Confirmed | null,
  files: Confirmed | null,
  onRuns: (runs: RestoreRuns) => void,
): Promise<void> {
  if (database === null) {
    if (files !== null) onRuns({ database: null, files: (await start(files)).id, filesFollow: false });
    return;
  }
  const first = await start(database);
  onRuns({ database: first.id, files: null, filesFollow: files !== null });
  if (files === null) return;
  const followUp = async (): Promise<void> => {
    const ended = await endOf(first.id);
    const then = ended.state === 'succeeded' ? (await start(files)).id : null;
    if (then === null) await client.call('restores.discard', { checkRunId: files.checkRunId });
    onRuns({ database: first.id, files: then, filesFollow: false });
  };
  followUp().catch((error: unknown) => {
    onRuns({ database: first.id, files: null, filesFollow: false });
    showError(error);
  });
}

/** A run when it has ended. */
function endOf(runId: string): Promise<Run> {
  return new Promise((resolve) => {
    const find = (): Run | undefined => useRunsStore.getState().runs?.find(({ id }) => id === runId);
    const look = (): void => {
      const run = find();
      if (run === undefined || isActive(run)) return;
      stop();
      resolve(run);
    };
    const stop = useRunsStore.subscribe(look);
    look();
  });
}
