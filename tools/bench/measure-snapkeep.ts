/*
 * Does one piece of Snapkeep's work in a process of its own, as a host would, and prints what it took:
 * node tools/bench/measure-snapkeep.ts backup gz|zst|none DATABASE FOLDER
 * node tools/bench/measure-snapkeep.ts verify SNAPSHOT
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCore } from '../../src-main/core/create-core.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import type { Compression } from '../../src-shared/model/values.ts';

/** What a measured run prints, as one line of JSON. */
export interface Measurement {
  runMs: number;
  peakMemoryMb: number;
  /** How late the main thread was, in milliseconds; the sampling interval of 1 ms is part of it. */
  loopDelayP99Ms: number;
  path: string;
}

const home = mkdtempSync(join(tmpdir(), 'snapkeep-bench-home-'));
const core = await createCore({
  dataFolder: home,
  ports: {
    host: 'cli',
    capabilities: NO_CAPABILITIES,
    startWorkerProcess: forkedWorker(resolve(import.meta.dirname, '../../out/main/worker.cjs')),
  },
});
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const started = performance.now();
const { run } = await start(process.argv.slice(2));
const ended = await core.runEnded(run.id);
const runMs = performance.now() - started;
delay.disable();
if (ended.state !== 'succeeded') throw new Error(`${ended.error?.message}`);
const path =
  ended.snapshotId === null ? '' : (await core.call('snapshots.get', { snapshotId: ended.snapshotId })).snapshot.path;
await core.close();
rmSync(home, { recursive: true });
const measurement: Measurement = {
  runMs,
  peakMemoryMb: process.resourceUsage().maxRSS / 1024,
  loopDelayP99Ms: delay.percentile(99) / 1e6,
  path: path ?? '',
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);

function start([task, ...rest]: string[]) {
  if (task === 'verify') return core.call('verifications.start', { path: rest[0] ?? '' });
  const [compression, source = '', to = ''] = rest;
  return core.call('backups.start', { source, to, compression: compression as Compression, verify: false });
}
