import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Whether a text is meant as a path: it begins with `/`, `./`, `../`, `~` or a drive letter, or has a separator in it.
 * A bare word is a name, so that one with a typing error makes no folder.
 */
export function looksLikePath(text: string): boolean {
  return /^(\.{1,2}|~)$|^[A-Za-z]:|[/\\]/.test(text);
}

/** The path that a text means; `~` is the home folder also where no shell has put it in. */
export function pathFrom(text: string, below = ''): string {
  const own = /^~(?=$|[/\\])/.test(text) ? join(homedir(), text.slice(1)) : text;
  return resolve(own, below);
}
