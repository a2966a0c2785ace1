import { execFile } from 'node:child_process';
import { stat, utimes } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './error-code.ts';

const run = (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(program, args);

/** Only GNU cp copies attributes alone. */
export async function whyNoAttributes(): Promise<string | null> {
  try {
    const { stdout } = await run('cp', ['--version']);
    if (stdout.includes('GNU')) return null;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && !isExit(error)) throw error;
  }
  return 'Access control lists and extended attributes are not kept: GNU cp is required.';
}

const isExit = (error: unknown): boolean => error instanceof Error && 'code' in error && typeof error.code === 'number';

export async function copyAttributes(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(to);
  await run('cp', ['--attributes-only', '--preserve=all', '--', from, to]);
  await utimes(to, atime, mtime);
}
