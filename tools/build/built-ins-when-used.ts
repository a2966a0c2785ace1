import type { Plugin } from 'vite';

/** Node's own modules that take milliseconds to load, and that a command which only reads does not use. */
const SLOW = ['crypto', 'child_process', 'zlib'];

/** The statements that load one of them with the file, and give it the name it is used by. */
const LOADED = new RegExp(
  `^let (\\w+) = (require\\("(?:node:)?(?:${SLOW.join('|')})"\\));\\n(?:\\1 = [\\w$.]+__toESM\\(\\1(?:, 1)?\\);\\n)?`,
  'gm',
);

/** Has slow modules of Node's loaded where they are used, not with the files that may use them. */
export const builtInsWhenUsed: Plugin = {
  name: 'built-ins-when-used',
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = loadWhenUsed(chunk.code);
  },
};

/** Returns the code of a CommonJS bundle in which slow modules are loaded where they are used. */
export function loadWhenUsed(code: string): string {
  let changed = code.replaceAll(LOADED, (statements) => '\n'.repeat(statements.split('\n').length - 1));
  for (const [, name = '', load = ''] of code.matchAll(LOADED))
    changed = changed.replaceAll(new RegExp(`\\b${name.replaceAll('$', '\\$')}\\.(?:default\\.)?`, 'g'), `${load}.`);
  return changed;
}
