import type { NotedReplacement } from '../../../src-shared/model/restore/replacement.ts';
import type { LogEntry, Run, RunKind, RunPhase, RunResult } from '../../../src-shared/model/run.ts';
import { runShare } from '../../../src-shared/rules/run-share.ts';
import type { WorkerListener } from './task-process.ts';

/** What a run is about. */
export interface RunSubject {
  kind: RunKind;
  planId?: string | null;
  planName?: string | null;
  snapshotId?: string | null;
  /** The destination it goes to, if it is about one. */
  destinationId?: string | null;
  subject: string;
  /** The scheduled time that it serves. */
  scheduledTime?: Run['scheduledTime'];
}

/** What is to be run. */
export interface RunSpec extends RunSubject {
  /** Canonical paths of the databases and files it uses. */
  locks?: readonly string[];
  /** Folders in which it may have incomplete files. */
  folders?: readonly string[];
  work(handle: RunHandle): Promise<RunResult>;
}

/** What the work of a run has at hand. */
export interface RunHandle {
  readonly id: string;
  readonly signal: AbortSignal;
  /** The run's own folder, removed when it ends unless {@link keepStaging} was called. */
  readonly stagingFolder: string;
  /** Passes on what a worker reports. */
  readonly listener: WorkerListener;
  progress(phase: RunPhase, done: number, total: number | null): void;
  log(level: LogEntry['level'], message: string): void;
  /** Changes what is remembered of the run, at once and durably. */
  update(change: Partial<Pick<Run, 'snapshotId' | 'result'>>): void;
  /** Notes, at once and durably, what the run is about to replace, and its result if it ended then. */
  noteReplacement(replacement: NotedReplacement | null, result: RunResult | null): void;
  keepStaging(): void;
}

/**
 * Returns the handle for the opening of one of several copies within a run, so that its phases become one.
 * @param report told how much of it is done, from 0 to 1; it never shrinks
 */
export function asPart(handle: RunHandle, report: (share: number) => void): RunHandle {
  let furthest = 0;
  const progress: RunHandle['progress'] = (phase, done, total) => {
    furthest = Math.max(furthest, runShare({ kind: 'browse', progress: { phase, done, total, rate: null } }) ?? 0);
    report(furthest);
  };
  return { ...handle, progress, listener: { onLog: handle.log, onProgress: progress } };
}
