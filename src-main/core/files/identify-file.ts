import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileIdentity } from '../../../src-shared/model/restore/restore.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import { contentInWords, isRestorable, notRead } from '../engine/identify/content-words.ts';
import { answerByTask } from '../runs/request-task.ts';

/** Says what a file is by its content, its manifest and the catalog. @throws SnapkeepError when it cannot be read */
export async function identifyFile(core: CoreContext, given: string, signal: AbortSignal): Promise<FileIdentity> {
  const path = await canonicalPath(given);
  const identity = await answerByTask(core, 'identify', { path }, { what: `Checking ${basename(path)}`, signal });
  const { content, sizeBytes, modifiedAt } = identity;
  const manifest = identity.manifest ?? undefined;
  const here = core.catalog.snapshots.byPath(dirname(path), basename(path));
  const snapshot = here ?? (manifest === undefined ? await findByContent(core, path, sizeBytes) : undefined);
  const ofFiles = content === 'files' || (manifest?.method ?? null) === 'files' || snapshot?.sourceKind === 'files';
  // Files are put back by the catalog's word alone.
  const restorable = ofFiles ? snapshot !== undefined : isRestorable(content);
  return {
    path,
    name: basename(path),
    content,
    sourceKind: ofFiles ? 'files' : 'database',
    sizeBytes,
    modifiedAt,
    restorable,
    message:
      snapshot === undefined
        ? (identity.repository ?? inWords(content, manifest, restorable))
        : `This is a snapshot of ${whatOf(snapshot)}.`,
    snapshotId: snapshot?.id ?? null,
    planName: snapshot?.planName ?? manifest?.plan.name ?? null,
    createdAt: manifest?.createdAt ?? snapshot?.createdAt ?? null,
    tables: manifest?.database?.tables ?? snapshot?.tables ?? null,
    imageBytes: manifest?.image.bytes ?? snapshot?.imageBytes ?? null,
    suggestedTarget: snapshot?.sourcePath ?? manifest?.source.path ?? null,
  };
}

function whatOf({ sourceKind, sourcePath, attachedFiles, planName }: Snapshot): string {
  if (sourceKind === 'database') return basename(sourcePath);
  return `${attachedFiles.map(({ name }) => name).join(', ')}, files of the plan ${planName}`;
}

/** A copy of a snapshot that has lost its manifest, as one sent from a browser, is known by its hash. */
async function findByContent(core: CoreContext, path: string, size: number): Promise<Snapshot | undefined> {
  const candidates = core.catalog.snapshots.ofSize(size);
  if (candidates.length === 0) return undefined;
  const hash = createHash('sha256');
  // As a stream, for this is the host's own thread.
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  const sha256 = hash.digest('hex');
  const found = candidates.find((candidate) => candidate.sha256 === sha256);
  return found && core.catalog.snapshots.get(found.id);
}

function inWords(content: FileIdentity['content'], manifest: Manifest | undefined, restorable: boolean): string {
  if (manifest?.database === null)
    return `This is a snapshot of files of the plan ${manifest.plan.name}. To restore it, import its folder first.`;
  if (manifest !== undefined) return `This is a snapshot of ${manifest.source.name}.`;
  const what = `This is ${contentInWords(content)}.`;
  if (restorable) return `${what} It has no manifest, so only the database itself can be verified.`;
  const elsewhere = notRead('This is', content);
  return elsewhere === null ? `${what} It cannot be restored.` : `${elsewhere.message} ${elsewhere.hint}`;
}
