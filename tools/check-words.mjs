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
/** Nowhere in sentences that people read: documents, and texts of the code, the window and the command line. Left: the old way. Right: what to say. */
const IN_SENTENCES = /** @type {Array<[RegExp, string]>} */ ([
  [/\b(?:is|are) (?:not )?there\b|\bThere (?:is|are) no\b/, 'not found, exists, missing, No …'],
  [/\bwhat (?:is|was) there\b/i, 'the current …, the previous …'],
  [/\b(?:is|are) told\b/, 'is notified, unknown'],
  [/\bby itself\b|\bgoes? away\b/, 'automatically, ends'],
  [/\b(?:is|are) away\b/, 'unavailable'],
  [/\blook(?:ed)? at\b/i, 'check, review'],
  [/\bso many\b/, 'N'],
  [/\bin the making\b/, 'incomplete'],
  [/\bForgot\b|\bforget\b/, 'delete, remove'],
  [/\binsist/, 'confirm, use --force'],
  [/\bcut off\b/, 'truncated'],
  [/\bgoing on\b/, 'running, active'],
  [/\bwhen asked\b/i, 'manual'],
  [/\bThis is no\b/, 'Not a …'],
  [/\bsomebody\b/i, 'a person, or the passive'],
  [/[.?] => /, 'one sentence: that of before has slipped in'],
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
  .flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    const read = path.endsWith('.md')
      ? text
      : /^src-.*\.tsx?$/.test(path)
        ? sentencesIn(text, path.endsWith('.tsx'))
        : '';
    return [...inText(path, path, NOWHERE), ...inText(path, text, NOWHERE), ...inText(path, read, IN_SENTENCES)];
  });
if (found.length > 0) {
  console.error(found.join('\n'));
  console.error(`${found.length} words that are not used here.`);
  process.exit(1);
}

/** @param {string} path @param {string} text @param {typeof NOWHERE} words @returns {string[]} */
function inText(path, text, words) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      words
        .filter(([word]) => word.test(line))
        .map(([word, instead]) => `${path}:${index + 1}: ${word.exec(line)?.[0]} → ${instead}`),
    );
}

/**
 * The texts of each line of code: what stands in quotes, and in the window between tags. Comments have none.
 * @param {string} code @param {boolean} hasTags @returns {string}
 */
function sentencesIn(code, hasTags) {
  return code
    .split('\n')
    .map((line) => {
      if (/^\s*(?:\*|\/\/|\/\*|import )/.test(line)) return '';
      const bare = line.replace(/\s\/\/ .*$/, '');
      const quoted = bare.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`?/g) ?? [];
      const prose = /^\s*[A-Za-z“][\w’,.“”-]* [\w’,.“”{} -]+$/.test(bare) ? [bare] : [];
      const tagged = hasTags ? [...prose, ...(bare.match(/(?<!=)>[^<>{}]+/g) ?? [])] : [];
      return [...quoted, ...tagged].join(' ');
    })
    .join('\n');
}
