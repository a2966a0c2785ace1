import { onTestFinished } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import type { HostPorts } from '../../src-main/core/ports.ts';
import type { MethodName, Params } from '../../src-shared/contract/methods.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { capturedLog } from './captured-log.ts';
import { workerInProcess } from './worker-in-process.ts';

/** What a test lends a core: the worker of these sources, without processes, and no dialogs. */
export const testPorts: HostPorts = {
  host: 'cli',
  capabilities: NO_CAPABILITIES,
  startWorkerProcess: workerInProcess,
  log: capturedLog().log,
};

/** Starts a core and closes it when the test has ended. */
export async function startTestCore(dataFolder: string, ports: Partial<HostPorts> = {}): Promise<Core> {
  const core = await createCore({ dataFolder, ports: { ...testPorts, ...ports } });
  onTestFinished(() => core.close());
  return core;
}

type StartsRun = Extract<
  MethodName,
  | `${string}.start`
  | 'history.capture'
  | 'history.prune'
  | 'restores.check'
  | 'browse.export'
  | 'restores.undo'
  | 'rows.previewPutBack'
  | 'rows.putBack'
  | 'snapshots.delete'
  | 'trash.putBack'
  | 'trash.empty'
  | 'destinations.rescan'
>;

/** Starts a run and waits for its end, whatever it is. */
export async function runToEnd<M extends StartsRun>(core: Core, method: M, params: Params<M>): Promise<Run> {
  const { run } = await core.call(method, params);
  return core.runEnded(run.id);
}

/** Starts a run that must succeed. */
export async function succeed<M extends StartsRun>(core: Core, method: M, params: Params<M>): Promise<Run> {
  const run = await runToEnd(core, method, params);
  if (run.state !== 'succeeded') throw new Error(`${run.kind} ${run.state}: ${run.error?.code} ${run.error?.message}`);
  return run;
}
