import { createCore } from '../../src-main/core/create-core.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import type { PlanInput } from '../../src-shared/model/plan.ts';

/*
 * Makes a plan and backs it up as a user without rights, and prints what came of it:
 * `backup-as-nobody.ts <data folder> <worker> <plan as JSON>`. Started as that user.
 */

const [dataFolder = '', worker = '', plan = '{}'] = process.argv.slice(2);

const core = await createCore({
  dataFolder,
  ports: { host: 'cli', capabilities: NO_CAPABILITIES, startWorkerProcess: forkedWorker(worker) },
});
try {
  const { id: planId } = await core.call('plans.create', JSON.parse(plan) as PlanInput);
  const { run } = await core.call('backups.start', { planId });
  const ended = await core.runEnded(run.id);
  const [snapshot] = await core.call('snapshots.list', {});
  const [summary] = await core.call('plans.list', {});
  process.stdout.write(JSON.stringify({ run: ended, snapshot, summary }));
} finally {
  await core.close();
}
