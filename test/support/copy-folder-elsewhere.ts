import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CopiedFolder, copyFolder } from '../../src-main/core/engine/attached-files/folder/copy-folder.ts';
import { removeFolderSnapshot } from '../../src-main/core/engine/attached-files/folder/folder-snapshots.ts';
import { quietContext } from './quiet-context.ts';

/*
 * Copies a folder in a process of its own: `copy-folder-elsewhere.ts die <request>` is killed when it has begun to
 * write, `copy-and-remove <request>` prints what came of it and what is left when the snapshot has been removed.
 */

const [what = '', json = '{}'] = process.argv.slice(2);
const request: Parameters<typeof copyFolder>[0] = JSON.parse(json);
const partial = join(request.destination, `.generated.${request.runId.slice(0, 8)}.partial`);

function dieWhenWriting(): void {
  if (what === 'die' && existsSync(partial) && readdirSync(partial).length > 1) process.kill(process.pid, 'SIGKILL');
}

const stored: CopiedFolder = await copyFolder(
  request,
  quietContext(request.destination, { throwIfCancelled: dieWhenWriting }),
);
await removeFolderSnapshot(request.destination, stored.name, request.latestName, request.runId);
process.stdout.write(JSON.stringify({ facts: stored.facts, left: readdirSync(request.destination) }));
