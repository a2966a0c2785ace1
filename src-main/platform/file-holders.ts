import type { FileHolder } from '../../src-shared/model/values.ts';
import { fileHolders as linux } from './file-holders.linux.ts';
import { fileHolders as macos } from './file-holders.macos.ts';
import { PLATFORM } from './platform.ts';

type FindHolders = (files: ReadonlySet<string>) => Promise<FileHolder[]>;

/**
 * The other programs that have one of the files open, as far as this user may see; `null`: the system has no such list,
 * as Windows has none, where an exchange of an open file fails.
 */
export const findHolders: FindHolders | null = { linux, macos, windows: null }[PLATFORM];
