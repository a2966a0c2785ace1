import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_FORMAT, type Manifest } from '../../../src-shared/model/manifest.ts';
import { DEFAULT_NAME_PATTERN, idLetters, nameFromPattern } from '../../../src-shared/rules/name-pattern.ts';
import { extensionFor, planNameFromPath } from '../../../src-shared/rules/naming.ts';
import { storeImage } from './compress.ts';
import { copySynced, exists, partialPath, sidecarPaths, writerOf, writeSynced } from './durable-files.ts';
import { explainError } from './engine-errors.ts';
import { sqliteVersion } from './open-database.ts';
import type { Target } from './restore-check.ts';
import { publishSnapshot, takeSnapshot } from './snapshot.ts';
import type { TaskContext } from './task-context.ts';

/** What is kept before a restore replaces it. */
export interface SafetyRequest {
  runId: string;
  targetPath: string;
  safetyFolder: string;
  planId: string | null;
  snapkeepVersion: string;
  serviceId: string;
}

/**
 * Keeps what a restore is about to replace: a real snapshot, with the content of the write-ahead log; or, of files that
 * SQLite cannot read, their bytes as they are.
 */
export async function takeSafetySnapshot(
  request: SafetyRequest,
  target: Target,
  context: TaskContext,
): Promise<Manifest> {
  context.progress('safety-snapshot', 0, null);
  if (target.facts !== undefined) {
    try {
      return await takeSnapshot(snapshotRequest(request), {
        ...context,
        progress: (_phase, done, total) => context.progress('safety-snapshot', done, total),
      });
    } catch (error) {
      if (!(error instanceof SnapkeepError) || (error.code !== 'CORRUPT' && error.code !== 'UNSUPPORTED')) throw error;
      context.log('warning', `${error.message} Its files are kept as they are instead.`);
    }
  }
  try {
    return await keepFiles(request, context);
  } catch (error) {
    throw explainError(error, request.safetyFolder);
  }
}

function snapshotRequest(request: SafetyRequest): Parameters<typeof takeSnapshot>[0] {
  return {
    runId: request.runId,
    snapshotId: randomUUID(),
    sourceKind: 'database',
    sourcePath: request.targetPath,
    folder: request.safetyFolder,
    plan: { id: request.planId, name: safetyName(request.targetPath), settings: null },
    ownName: null,
    compression: 'zst',
    // It stays on this machine, beside the database, which is not sealed either.
    seal: null,
    namePattern: DEFAULT_NAME_PATTERN,
    timeZone: null,
    takenNames: [],
    distinctName: false,
    method: 'online',
    schemaVersion: null,
    companions: [],
    asArchive: null,
    trigger: 'before-restore',
    snapkeepVersion: request.snapkeepVersion,
    serviceId: request.serviceId,
  };
}

const safetyName = (targetPath: string): string => `${planNameFromPath(targetPath)} before restore`;

async function keepFiles(request: SafetyRequest, context: TaskContext): Promise<Manifest> {
  const now = context.now();
  const id = randomUUID();
  const name = keptName(request, id, now);
  const finished = join(request.safetyFolder, name);
  const partial = partialPath(finished, request.runId);
  const from = sidecarPaths(request.targetPath);
  const to = sidecarPaths(finished);
  try {
    // The files beside it go first: whoever finds the kept file finds them too.
    if (await exists(from.wal)) await copySynced(from.wal, to.wal);
    if (await exists(from.journal)) await copySynced(from.journal, to.journal);
    const handle = await open(partial, 'wx', 0o600);
    try {
      const digest = await storeImage(
        await mainFile(request.targetPath, context),
        { compression: 'none', sealing: null },
        writerOf(handle),
        (bytes) => {
          context.throwIfCancelled();
          context.progress('safety-snapshot', bytes, null);
        },
      );
      await handle.sync();
      const manifest = fileCopyManifest(request, { id, name }, now, digest);
      await publishSnapshot(partial, finished, manifest, request.runId);
      context.log('info', `Kept the files of ${request.targetPath} as they are in ${finished}.`);
      return manifest;
    } finally {
      await handle.close();
    }
  } finally {
    await rm(partial, { force: true });
  }
}

/** The database's own file; where only its log is left, an empty one stands for it. */
async function mainFile(targetPath: string, context: TaskContext): Promise<string> {
  if (await exists(targetPath)) return targetPath;
  const empty = join(context.stagingFolder, 'absent.db');
  await writeSynced(empty, '');
  return empty;
}

function keptName({ targetPath }: SafetyRequest, id: string, at: Date): string {
  const named = { planName: safetyName(targetPath), at, timeZone: null, ending: extensionFor('none') };
  return nameFromPattern(DEFAULT_NAME_PATTERN, { ...named, letters: idLetters(id) });
}

function fileCopyManifest(
  request: SafetyRequest,
  { id, name }: Pick<Manifest, 'id' | 'name'>,
  at: Date,
  digest: Pick<Manifest, 'image' | 'stored'>,
): Manifest {
  return {
    format: MANIFEST_FORMAT,
    id,
    name,
    service: { id: request.serviceId, runId: request.runId },
    plan: { id: request.planId, name: safetyName(request.targetPath), settings: null },
    source: { path: request.targetPath, name: basename(request.targetPath) },
    trigger: 'before-restore',
    method: 'file-copy',
    startedAt: at.toISOString(),
    createdAt: at.toISOString(),
    compression: 'none',
    ...digest,
    encryption: null,
    seal: null,
    // Nothing can be said of what SQLite cannot read.
    database: {
      pageSize: 0,
      pageCount: 0,
      journalMode: 'unknown',
      userVersion: 0,
      applicationId: 0,
      schemaHash: createHash('sha256').digest('hex'),
      tables: [],
    },
    schemaVersion: null,
    companions: [],
    versions: { sqlite: sqliteVersion(), snapkeep: request.snapkeepVersion },
  };
}
