import { symlinkSync, unlinkSync } from 'node:fs';
import { createCore } from '../../src-main/core/create-core.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import { FakeClock } from './fake-clock.ts';

// Runs in a process whose /etc is its own: a service with a plan at 02:00, on a machine that moves from Berlin to Tokyo.
const [home = '', worker = '', source = '', destination = ''] = process.argv.slice(2);
const clock = new FakeClock(Date.UTC(2026, 10, 20, 12));
const startWorkerProcess = forkedWorker(worker);
const silent = { debug() {}, info() {}, warn() {}, error() {}, hide() {}, close: async () => {} };
const core = await createCore({
  dataFolder: home,
  ports: { host: 'server', capabilities: NO_CAPABILITIES, startWorkerProcess, clock, log: silent },
});
const plan = await core.call('plans.create', {
  name: 'app',
  sourcePath: source,
  destinations: [{ path: destination }],
  schedule: { kind: 'daily', time: '02:00' },
});
const nextRun = async () => (await core.call('plans.get', { planId: plan.id })).schedule.nextTime;
const before = await nextRun();
unlinkSync('/etc/localtime');
symlinkSync('/usr/share/zoneinfo/Asia/Tokyo', '/etc/localtime');
await clock.advance(31_000, () => core.idle());
console.log(JSON.stringify([before, await nextRun()]));
await core.close();
