import { execFile } from 'node:child_process';
import { chmod, chown, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../engine-errors.ts';
import { syncFile } from './durable-files.ts';

/*
 * What operating systems attach to a file beyond mode and owner: access control lists and extended attributes. Node
 * knows neither, so the system's own tools take them over.
 */

const run = promisify(execFile);

/** Why such attributes are not kept when a file is exchanged here; `null`: they are. */
export async function whyAttributesAreLost(): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  try {
    const { stdout } = await run('cp', ['--version']);
    if (stdout.includes('GNU')) return null;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && !isExit(error)) throw error;
  }
  return 'Access control lists and extended attributes are not kept: that needs GNU cp.';
}

/**
 * Gives a file the access control list and the extended attributes of another. The copy's own content and times stay.
 * @returns why they could not be taken over, as a sentence; `null`: they were
 */
export async function takeOverAttributes(from: string, to: string): Promise<string | null> {
  try {
    if (process.platform === 'linux') await byGnuCp(from, to);
    else if (process.platform === 'darwin') await byMacOs(from, to);
    else if (process.platform === 'win32') await byIcacls(from, to);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return `Access control lists and extended attributes of ${from} were not kept: ${reason}`;
  }
}

/**
 * Has a kept file carry the attributes of the file that it was made of, so that Undo finds them. With its own owner and
 * mode again, which is the mask of its access control list, nobody else may read it.
 * @returns as {@link takeOverAttributes}
 */
export async function keepAttributes(from: string, kept: string): Promise<string | null> {
  const { uid, gid, mode } = await stat(kept);
  const lost = await takeOverAttributes(from, kept);
  await chown(kept, uid, gid);
  await chmod(kept, mode);
  await syncFile(kept);
  return lost;
}

async function byGnuCp(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(to);
  await run('cp', ['--attributes-only', '--preserve=all', '--', from, to]);
  await utimes(to, atime, mtime);
}

/** There is no tool that copies attributes alone: names and values go through xattr, the list through ls and chmod. */
async function byMacOs(from: string, to: string): Promise<void> {
  const { stdout: names } = await run('/usr/bin/xattr', [from]);
  for (const name of names.split('\n').filter((line) => line !== '')) {
    const { stdout: value } = await run('/usr/bin/xattr', ['-px', name, from]);
    await run('/usr/bin/xattr', ['-wx', name, value.replaceAll(/\s/g, ''), to]);
  }
  const { stdout: listed } = await run('/bin/ls', ['-lde', from]);
  const entries = listed.split('\n').flatMap((line) => /^\s*\d+:\s*(\S.*)$/.exec(line)?.[1] ?? []);
  for (const [at, entry] of entries.entries()) await run('/bin/chmod', ['+a#', String(at), entry, to]);
}

/** What icacls saves begins with the file's name, under which it is given to the other file. */
async function byIcacls(from: string, to: string): Promise<void> {
  const saved = `${to}.acl`;
  try {
    await run('icacls', [from, '/save', saved]);
    const text = await readFile(saved, 'utf16le');
    await writeFile(saved, text.replace(basename(from), basename(to)), 'utf16le');
    await run('icacls', [dirname(to), '/restore', saved]);
  } finally {
    await rm(saved, { force: true });
  }
}

const isExit = (error: unknown): boolean => error instanceof Error && 'code' in error && typeof error.code === 'number';
