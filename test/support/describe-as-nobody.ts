import { join } from 'node:path';
import { createCore } from '../../src-main/core/create-core.ts';
import { explainError } from '../../src-main/core/engine/engine-errors.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import { NO_CAPABILITIES } from '../../src-shared/model/app-info.ts';

/*
 * Describes a database as a user without rights and prints what came of it: `describe-as-nobody.ts <data folder> <path>`.
 * Started as root. See `test-core.ts` for what a test otherwise lends a core.
 */

const [dataFolder = '', path = ''] = process.argv.slice(2);
process.setgid?.(65534);
process.setuid?.(65534);

async function describeAsNobody(): Promise<void> {
  const core = await createCore({
    dataFolder,
    ports: {
      host: 'cli',
      capabilities: NO_CAPABILITIES,
      startWorkerProcess: forkedWorker(join(import.meta.dirname, 'worker.cjs')),
    },
  });
  try {
    process.stdout.write(JSON.stringify(await core.call('sources.describe', { path })));
  } catch (error) {
    process.stdout.write(JSON.stringify(explainError(error, path).toBody()));
  } finally {
    await core.close();
  }
}

void describeAsNobody();
