import { createCore } from '../../src-main/core/create-core.ts';
import type { MethodName, Params } from '../../src-shared/contract/methods.ts';
import { NO_CAPABILITIES } from '../../src-shared/contract/methods.ts';
import type { Run } from '../../src-shared/model/run.ts';

/*
 * A core in a process of its own, to be killed: `crash-core.ts <data folder> <method> <params>`. It prints the phase of
 * its run whenever that changes, `some uploaded` when the first bytes have been taken over, and its state at the end.
 */

const [dataFolder = '', method = '', params = '{}'] = process.argv.slice(2);
const core = await createCore({
  dataFolder,
  ports: {
    host: 'cli',
    capabilities: NO_CAPABILITIES,
    workerFile: new URL('../../src-main/worker/worker.ts', import.meta.url).pathname,
  },
});

let kind = '';
let last = '';
let begun = false;
core.on('run.changed', ({ run }) => {
  if (run.kind === kind && run.progress.phase !== last) process.stdout.write(`${run.progress.phase}\n`);
  if (run.kind === kind) last = run.progress.phase;
  if (run.kind === kind && !begun && last === 'uploading' && run.progress.done > 0) {
    begun = true;
    process.stdout.write('some uploaded\n');
  }
});

const kinds: Partial<Record<string, Run['kind']>> = { 'backups.start': 'backup', 'destinations.catchUp': 'copy' };
kind = kinds[method] ?? 'restore';
let given = JSON.parse(params) as { source?: unknown; targetPath?: string };
if (method === 'restores.start') {
  const { run } = await core.call('restores.check', given as Params<'restores.check'>);
  const { result } = await core.runEnded(run.id);
  if (result?.kind !== 'restore-check') throw new Error('The check failed.');
  given = { checkRunId: run.id, confirmation: result.check.confirmation } as object;
}
const { run } = (await core.call(method as MethodName, given as never)) as { run: { id: string } };
process.stdout.write(`started\n`);
const ended = await core.runEnded(run.id);
process.stdout.write(`${ended.state}\n`);
await core.close();
