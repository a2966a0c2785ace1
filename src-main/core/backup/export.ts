import { basename } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { planNameFromPath } from '../../../src-shared/rules/names/naming.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import { encryptionSecretsOfPlan } from '../secrets/encryptions.ts';
import { type BackupOrder, orderOf } from './start-backup.ts';

/** What a backup into a pipe needs of an order. */
type ExportOrder = Omit<
  BackupOrder,
  'to' | 'ownName' | 'namePattern' | 'timeZone' | 'attachedFiles' | 'verify' | 'scheduledTime' | 'trigger'
>;

/** What the stream is in the worker process. */
const STANDARD_OUTPUT = 1;

/**
 * Queues the writing of a snapshot to the stream that its run is given; it is entered nowhere.
 * @param ltx as one LTX file
 * @throws SnapkeepError `UNSUPPORTED` for a plan of files, and for an LTX file of what is encrypted or dumped
 */
async function queueExport(core: CoreContext, order: ExportOrder, ltx: boolean): Promise<Run> {
  const { plan, compression, encryption, method, schemaVersion } = order;
  if (order.sourceKind === 'files') {
    throw new SnapkeepError('UNSUPPORTED', `The plan ${plan.name} has no database to write to standard output.`, {
      hint: 'Back it up to a folder instead, without --output.',
    });
  }
  if (ltx) requirePages(order);
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
        ltx,
        descriptor: STANDARD_OUTPUT,
      };
      const output = await core.outputs.of(handle.id, handle.signal);
      const options = { ...handle, keys, encryptionSecrets, output };
      const stored = await core.runInWorker('export', request, options);
      return { kind: 'export', ...stored };
    },
  });
}

/** @throws SnapkeepError `UNSUPPORTED` for what an LTX file cannot be */
function requirePages({ plan, encryption, method }: ExportOrder): void {
  if (method === 'dump')
    throw new SnapkeepError('UNSUPPORTED', 'An LTX file contains pages of a database, and a dump has none.', {
      hint: 'Use --method online.',
    });
  if (encryption !== null)
    throw new SnapkeepError('UNSUPPORTED', `${plan.name} encrypts its snapshots, and an LTX file is not encrypted.`, {
      hint: 'Use --source with the database instead of the plan, and encrypt the output.',
    });
}

/** Starts what goes to a stream: the database of a plan, or any. @throws SnapkeepError */
export async function startExport(core: CoreContext, params: ParsedParams<'exports.start'>): Promise<Run> {
  const order =
    'planId' in params
      ? orderOf(core, core.catalog.plans.require(params.planId))
      : await orderWithoutPlan(core, params);
  const { method = order.method, compression = order.compression, ltx } = params;
  return queueExport(core, { ...order, method, compression }, ltx);
}

/** What a backup of a database that no plan backs up needs, wherever it goes. @throws SnapkeepError `BAD_KEY` */
export async function orderWithoutPlan(
  core: CoreContext,
  given: {
    source: string;
    key?: KeyInput | undefined;
    method?: BackupMethod | undefined;
    compression?: Compression | undefined;
  },
): Promise<ExportOrder> {
  const { source, method = 'online', compression = 'gz' } = given;
  const key = given.key && (await core.keys.read(given.key));
  return {
    plan: { id: null, name: planNameFromPath(source), settings: null },
    sourceKind: 'database',
    sourcePath: source,
    compression,
    encryption: null,
    method,
    schemaVersion: null,
    keys: () => (key === undefined ? core.keys.all() : [key]),
  };
}
