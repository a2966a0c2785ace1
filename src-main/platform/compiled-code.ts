import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Has Node keep the compiled code of what is loaded from now on, here and in Node processes that this one starts, for
 * the next start. It lies beside the program: who may write there may change the program itself. Where the folder
 * cannot be written to, nothing is kept.
 * @param programFolder the folder of the bundles
 */
export function keepCompiledCode(programFolder: string): void {
  const folder = join(programFolder, 'compiled');
  enableCompileCache(folder);
  process.env.NODE_COMPILE_CACHE ??= folder;
}

/** Keeps what has been compiled so far, for a process that is killed at its end. */
export function keepCompiledNow(): void {
  flushCompileCache();
}
