import { basename } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import { encryptionSecretsOfPlan } from '../secrets/encryptions.ts';
import type { BackupOrder } from './start-backup.ts';

/** What a backup into a pipe needs of an order. */
export type ExportOrder = Omit<
  BackupOrder,
  'to' | 'ownName' | 'namePattern' | 'timeZone' | 'attachedFiles' | 'verify' | 'scheduledTime'
>;

/** What a descriptor of this process is called in the worker process. */
const STANDARD_OUTPUT = 1;

/**
 * Queues the writing of a snapshot to a descriptor of this process; it is entered nowhere.
 * @throws SnapkeepError `UNSUPPORTED` for a plan of files
 */
export async function startExport(core: CoreContext, order: ExportOrder, descriptor: number): Promise<Run> {
  const { plan, compression, encryption, method, schemaVersion } = order;
  if (order.sourceKind === 'files') {
    throw new SnapkeepError('UNSUPPORTED', `The plan ${plan.name} has no database to write to standard output.`, {
      hint: 'Back it up to a folder instead, without --output.',
    });
  }
  const sourcePath = await canonicalFilePath(order.sourcePath);
  return core.runs.start({
    kind: 'export',
    planId: plan.id,
    planName: plan.name,
    subject: basename(sourcePath),
    locks: [sourcePath],
    work: async (handle) => {
      const keys = await order.keys(handle.log);
      const encryptionSecrets = encryptionSecretsOfPlan(core, plan.id, encryption);
      const request = {
        sourcePath,
        copied: null,
        check: false,
        method,
        schemaVersion,
        compression,
        encryption,
        descriptor: STANDARD_OUTPUT,
      };
      const options = { ...handle, keys, encryptionSecrets, output: descriptor };
      const stored = await core.runInWorker('export', request, options);
      return { kind: 'export', ...stored };
    },
  });
}
