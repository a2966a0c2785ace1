import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(program, args);

/** There is no tool that copies attributes alone: names and values go through xattr, the list through ls and chmod. */
export async function copyAttributes(from: string, to: string): Promise<void> {
  const { stdout: names } = await run('/usr/bin/xattr', [from]);
  for (const name of names.split('\n').filter((line) => line !== '')) {
    const { stdout: value } = await run('/usr/bin/xattr', ['-px', name, from]);
    await run('/usr/bin/xattr', ['-wx', name, value.replaceAll(/\s/g, ''), to]);
  }
  const { stdout: listed } = await run('/bin/ls', ['-lde', from]);
  const entries = listed.split('\n').flatMap((line) => /^\s*\d+:\s*(\S.*)$/.exec(line)?.[1] ?? []);
  for (const [at, entry] of entries.entries()) await run('/bin/chmod', ['+a#', String(at), entry, to]);
}
