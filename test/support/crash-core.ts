import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Core } from '../../src-main/core/core.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import type { MethodName, Params } from '../../src-shared/contract/methods.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';
import { type Run, replacedFiles } from '../../src-shared/model/run.ts';

/*
 * A core in a process of its own, to be killed: `crash-core.ts <data folder> <method> <params>`. It prints the phase of
 * its run whenever that changes, `uploaded 123` when so many bytes have been taken over, `noted 1` when it has noted
 * that it is about to replace its first file or folder, and its state at the end.
 */

const [dataFolder = '', method = '', params = '{}'] = process.argv.slice(2);
const kinds: Partial<Record<string, Run['kind']>> = {
  'backups.start': 'backup',
  'destinations.catchUp': 'copy',
  'history.capture': 'capture',
  'history.prune': 'pruneHistory',
  'prune.start': 'prune',
  'snapshots.delete': 'delete',
  'trash.putBack': 'putBack',
  'trash.empty': 'delete',
  'restores.undo': 'undo',
  'databaseDeletions.start': 'databaseDeletion',
  'rows.putBack': 'putBackRows',
};
const kind = kinds[method] ?? 'restore';

function printPhases(core: Core): void {
  let last = '';
  let noted = 0;
  core.on('run.changed', ({ run }) => {
    if (run.kind !== kind) return;
    if (run.progress.phase !== last) process.stdout.write(`${run.progress.phase}\n`);
    last = run.progress.phase;
    const files = replacedFiles(run.result).length;
    if (files > noted) process.stdout.write(`noted ${files}\n`);
    noted = files;
    if (last === 'uploading') process.stdout.write(`uploaded ${run.progress.done}\n`);
  });
}

async function check(core: Core, params: Params<'restores.check'>) {
  const { run } = await core.call('restores.check', params);
  const { result } = await core.runEnded(run.id);
  if (result?.kind !== 'restore-check' && result?.kind !== 'files-check') throw new Error('The check failed.');
  return { checkRunId: run.id, confirmation: result.check.confirmation };
}

async function runToItsEnd(): Promise<void> {
  const core = await createCore({
    dataFolder,
    ports: {
      host: 'cli',
      capabilities: NO_CAPABILITIES,
      startWorkerProcess: forkedWorker(join(import.meta.dirname, 'worker.cjs')),
    },
  });
  printPhases(core);
  let given = JSON.parse(params) as object;
  if (method === 'restores.start') {
    const [first, files] = await Promise.all(
      ([given].flat() as Params<'restores.check'>[]).map((each) => check(core, each)),
    );
    given = { ...first, files };
  }
  if (method === 'databaseDeletions.start') {
    const target = given as Params<'databaseDeletions.preview'>['target'];
    const { confirmation } = await core.call('databaseDeletions.preview', { target });
    given = { target, confirmation };
  }
  if (method === 'rows.putBack') {
    const check = await core.call('rows.previewPutBack', given as Params<'rows.previewPutBack'>);
    await core.runEnded(check.run.id);
    const checkRunId = check.run.id;
    const { confirmation } = await core.call('rows.putBackPreview', { checkRunId });
    given = { checkRunId, confirmation };
  }
  const { run } = (await core.call(method as MethodName, given as never)) as { run: { id: string } };
  process.stdout.write('started\n');
  const ended = await core.runEnded(run.id);
  process.stdout.write(`${ended.state}\n`);
  await core.close();
}

// For the next one: most of these are killed.
flushCompileCache();
void runToItsEnd();
