/*
 * Keeps words of before out of the code, the tests and the documents: one word for one thing, the field's own.
 * node tools/check-words.mjs
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Nowhere, identifiers and file names included. Left: the old word. Right: what it is called. */
const NOWHERE = /** @type {Array<[RegExp, string]>} */ ([
  [/companion/i, 'attached file'],
  [/(?<!clo)seal(?!ion)(s|ed|ing|er)?(?![a-z])/i, 'encrypt, encrypted'],
  [/drill/i, 'restore test'],
  [/adopt/i, 'import'],
  [/foreign(?![-_ ]?key|'])/i, 'import, or what it is of'],
  [/\bun?proven?\b|\bprov(?:e|es|en|ing)\b|(?<![a-z])Prove[ns]?(?![a-z])/, 'verify, verified'],
  [/way ?back/i, 'undo, safety snapshot'],
  [/scratch ?place/i, 'temporary location'],
  [/by[ -]hand/i, 'manually'],
  [/all the same/i, 'anyway'],
]);
/** What has to be named as it is, with the reason. */
const EXCEPTIONS = [
  ['tools/check-words.mjs', 'the list itself'],
  ['package-lock.json', 'names of packages'],
];

const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(Boolean);
const excepted = new Set(EXCEPTIONS.map(([path]) => path));
const found = files
  .filter((path) => !excepted.has(path) && !/\.(png|ico|icns|gif|webp|woff2?)$/.test(path))
  .flatMap((path) => [...inText(path, path), ...inText(path, readFileSync(path, 'utf8'))]);
if (found.length > 0) {
  console.error(found.join('\n'));
  console.error(`${found.length} words that are not used here.`);
  process.exit(1);
}

/** @param {string} path @param {string} text @returns {string[]} */
function inText(path, text) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      NOWHERE.filter(([word]) => word.test(line)).map(
        ([word, instead]) => `${path}:${index + 1}: ${word.exec(line)?.[0]} → ${instead}`,
      ),
    );
}
