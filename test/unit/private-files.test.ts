import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../src-main');
/** What makes a file or a folder; `open` only with a flag that does. Methods of handles and drivers are others. */
const CREATES = /(?<![\w.#])(mkdir|mkdirSync|writeFile|writeFileSync|open|openSync|createWriteStream|createStream)\(/g;
const FLAG = /'(?:w|wx|wx\+|w\+|a|ax|a\+)'/;
/** On Windows, which has no modes. */
const EXCEPT = 'platform/file-attributes.windows.ts';

/** The arguments of a call as they are written. */
function argumentsAt(text: string, start: number): string {
  let depth = 1;
  let at = start;
  for (; depth > 0 && at < text.length; at++) depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0;
  return text.slice(start, at - 1);
}

/** The calls in a source that create something without saying who may open it. */
function withoutMode(text: string): string[] {
  return [...text.matchAll(CREATES)].flatMap(({ 0: found, 1: name = '', index }) => {
    const given = argumentsAt(text, index + found.length);
    const declared = /^\s*\w+\??: /.test(given) || given === '';
    if (declared || (name.startsWith('open') && !FLAG.test(given))) return [];
    return /\bmode: 0o[67]00\b|, 0o600\b/.test(given) ? [] : [`${found}${given})`];
  });
}

test('calls without a mode are found', () => {
  expect(withoutMode("await mkdir(folder, { recursive: true }); await open(f(path), 'wx');")).toHaveLength(2);
  expect(
    withoutMode("await mkdir(folder, { mode: 0o700 }); await open(f(path), 'wx', 0o600); open(path, 'r');"),
  ).toEqual([]);
});

test('whatever Snapkeep creates is for its owner alone, whatever the mask says', () => {
  const names = readdirSync(MAIN, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const found = names
    .filter((name) => name !== EXCEPT)
    .flatMap((name) => withoutMode(readFileSync(join(MAIN, name), 'utf8')).map((call) => `${name}: ${call}`));
  expect(names.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});
