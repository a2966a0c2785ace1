import { mkdir, rm } from 'node:fs/promises';
import type { NotedReplacement } from '../../../src-shared/model/restore/replacement.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Leftovers } from '../catalog/repos/run-repo.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock } from '../ports.ts';
import type { ResolvedRun } from '../restore/interrupted/resolve-run.ts';
import type { ActiveRun } from './active-run.ts';
import { interruptedError, withLateFailure } from './interruption.ts';
import { scheduledTimeInWords } from './new-run.ts';
import { RateMeter } from './rate-meter.ts';
import type { RunHandle, RunSpec } from './run-work.ts';
import { afterLong, TimeLimitError } from './time-limit.ts';

/** What a run that fails is resolved and cleaned up with. */
export interface RunEnding {
  /** Removes what a run whose worker process was lost has left in folders; answers whether all could be reached. */
  cleanUp: (run: Run, leftovers: Leftovers, log: (message: string) => void) => Promise<boolean>;
  /** Resolves what a run was replacing that failed or whose worker process was lost. */
  resolve: (run: Run, replacement: NotedReplacement, log: (message: string) => void) => Promise<ResolvedRun>;
  /** Whether those of the folders that are destinations can be reached: a disk may have been removed during a run. */
  areReachable: (folders: readonly string[]) => Promise<boolean>;
}

/** What a run has come to before it is remembered as ended. */
export interface Execution {
  /** `undefined`: it has succeeded. */
  error: unknown;
  /** What could not be cleaned up and is left to the next start. */
  leftovers: Leftovers | null;
}

const LIMIT_HINT =
  'Raise the time limit of the plan if its runs need longer. Otherwise find out what keeps the database or the disk busy.';

/** Does the work of a run within its time limit, resolves what a failed one was replacing, and cleans up. */
export async function executeRun(
  active: ActiveRun,
  spec: RunSpec,
  { ending, limit, stagingFolder }: { ending: RunEnding; limit: RunLimit; stagingFolder: string },
): Promise<Execution> {
  const noted: Noted = { leftovers: leftoversOf(spec, stagingFolder), keepStaging: false, lost: false };
  let error = await failureOf(active, spec, noted, limit);
  let clean = true;
  const resolved = error !== undefined && (await resolveFailed(active, noted.leftovers, error, ending));
  if (resolved === 'complete') error = undefined;
  if (resolved !== 'pending') noted.leftovers = { ...noted.leftovers, replacement: null };
  if (error !== undefined && noted.lost) error = interruptedError(error, active.run.result, resolved === 'pending');
  try {
    if (resolved === 'pending') clean = false;
    else if (noted.lost || resolved)
      clean = await ending.cleanUp(active.run, noted.leftovers, (message) => active.addLog('warning', message));
    // It has cleaned up after itself, but could not on a disk that was removed.
    else if (error !== undefined) clean = await ending.areReachable(noted.leftovers.folders);
    if (!noted.keepStaging || error !== undefined) await rm(stagingFolder, { recursive: true, force: true });
  } catch (caught) {
    error ??= active.lateFailure(caught);
  }
  return { error, leftovers: clean ? null : noted.leftovers };
}

/** What a run that has not begun could leave. */
export function leftoversOf({ folders = [] }: RunSpec, stagingFolder: string): Leftovers {
  return { stagingFolder, folders: [...folders], replacement: null };
}

/** How long a run may take; `minutes` is `null`: as long as it needs. */
export interface RunLimit {
  clock: Clock;
  minutes: number | null;
}

/** What is noted while a run works. */
interface Noted {
  leftovers: Leftovers;
  keepStaging: boolean;
  /** Its worker process was lost. */
  lost: boolean;
}

/** Does the work of a run. @returns why it failed; `undefined`: it did not */
async function failureOf(active: ActiveRun, spec: RunSpec, noted: Noted, limit: RunLimit): Promise<unknown> {
  const { signal } = active.abort;
  const { stagingFolder } = noted.leftovers;
  const forgetLimit = startLimit(active, limit);
  try {
    if (spec.scheduledTime != null) active.addLog('info', scheduledTimeInWords(spec.scheduledTime));
    active.save(noted.leftovers);
    await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
    active.change({ result: await spec.work(handleOf(active, noted)) });
    return undefined;
  } catch (error) {
    return signal.reason instanceof TimeLimitError ? signal.reason : error;
  } finally {
    forgetLimit();
  }
}

function handleOf(active: ActiveRun, noted: Noted): RunHandle {
  const meter = new RateMeter();
  const progress: RunHandle['progress'] = (phase, done, total) =>
    active.change({ progress: meter.measure(phase, done, total, performance.now()) });
  const log: RunHandle['log'] = (level, message) => active.addLog(level, message);
  const onLost = (): void => {
    noted.lost = true;
  };
  return {
    id: active.run.id,
    signal: active.abort.signal,
    stagingFolder: noted.leftovers.stagingFolder,
    progress,
    log,
    listener: { onProgress: progress, onLog: log, onLost },
    update: (change) => active.save(noted.leftovers, change),
    noteReplacement: (replacement, result) => {
      noted.leftovers = { ...noted.leftovers, replacement };
      active.save(noted.leftovers, { result });
    },
    keepStaging: () => {
      noted.keepStaging = true;
    },
  };
}

/** Stops a run that takes too long; the answer forgets the limit. */
function startLimit({ abort }: ActiveRun, { clock, minutes }: RunLimit): () => void {
  if (minutes === null) return () => {};
  const limit = minutes * 60_000;
  return afterLong(clock, limit, () => abort.abort(new TimeLimitError('The run', limit, LIMIT_HINT)));
}

/** Finds out what a failed run has replaced: all, or nothing once it is taken back. `pending`: later; `null`: it had not begun. */
async function resolveFailed(
  active: ActiveRun,
  { replacement, folders }: Leftovers,
  error: unknown,
  { areReachable, resolve }: RunEnding,
): Promise<'complete' | 'taken back' | 'pending' | null> {
  const { subject } = active.run;
  if (replacement === null) return null;
  try {
    if (!(await areReachable(folders))) return 'pending';
    const tell = (message: string): void => active.addLog('warning', message);
    const { complete, result } = await resolve(active.run, replacement, tell);
    const { message } = explainError(error, subject);
    active.change({ result: complete ? (withLateFailure(result, message) ?? result) : result });
    return complete ? 'complete' : 'taken back';
  } catch (caught) {
    active.addLog('warning', `${explainError(caught, subject).message} The clean-up will be retried.`);
    return 'pending';
  }
}
