import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';

const run = (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(program, args);

/** What icacls saves begins with the file's name, under which it is given to the other file. */
export async function copyAttributes(from: string, to: string): Promise<void> {
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
