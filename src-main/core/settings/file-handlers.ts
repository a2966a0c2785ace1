import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { FolderEntry } from '../../../src-shared/model/folder-listing.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileIdentity } from '../../../src-shared/model/restore/restore.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import { contentInWords, isRestorable, notRead } from '../engine/identify/content-words.ts';
import type { Handlers } from '../handler.ts';
import { answerByTask } from '../runs/request-task.ts';

/** Says what files are and what is in folders. */
export function filesHandlers(core: CoreContext): Handlers<MethodsOf<'files'> | MethodsOf<'dialogs'>> {
  return {
    'files.identify': ({ path }, signal) => identifyFile(core, path, signal),
    'files.list': async ({ path }) => {
      const folder = await canonicalPath(path ?? homedir());
      const parent = dirname(folder);
      return {
        path: folder,
        parent: parent === folder ? null : parent,
        home: homedir(),
        entries: await listEntries(folder),
      };
    },
    'files.reveal': async ({ path }) => {
      const reveal = core.ports.revealFile ?? unsupported('Showing files in the file manager');
      reveal(await canonicalPath(path));
      return {};
    },
    'dialogs.pickDatabase': async () => ({ path: await dialogs(core).pickDatabase() }),
    'dialogs.pickBackup': async () => ({ path: await dialogs(core).pickBackup() }),
    'dialogs.pickFolder': async () => ({ path: await dialogs(core).pickFolder() }),
    'dialogs.pickTarget': async ({ suggestion }) => ({ path: await dialogs(core).pickTarget(suggestion) }),
  };
}

const dialogs = (core: CoreContext) => core.ports.dialogs ?? unsupported('A native dialog');

function unsupported(what: string): never {
  throw new SnapkeepError('UNSUPPORTED', `${what} is not supported here.`, {
    hint: 'Use the desktop application, or enter the path.',
  });
}

async function identifyFile(core: CoreContext, given: string, signal: AbortSignal): Promise<FileIdentity> {
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

async function listEntries(folder: string): Promise<FolderEntry[]> {
  const names = await readdir(folder).catch(explainedAs(folder));
  const entries = await Promise.all(names.map((name) => describeEntry(folder, name)));
  return entries
    .filter((entry) => entry !== undefined)
    .sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1));
}

async function describeEntry(folder: string, name: string): Promise<FolderEntry | undefined> {
  const path = join(folder, name);
  try {
    const info = await stat(path);
    if (!info.isDirectory() && !info.isFile()) return undefined;
    return {
      name,
      path,
      kind: info.isDirectory() ? 'folder' : 'file',
      sizeBytes: info.isFile() ? info.size : 0,
      modifiedAt: info.mtime.toISOString(),
    };
  } catch {
    // Gone since the folder was read, or a link to nowhere: nothing that could be chosen.
    return undefined;
  }
}
