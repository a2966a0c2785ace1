/*
 * Writes the references of the documents from the code, between the lines
 *   <!-- reference: NAME -->
 *   <!-- end of reference -->
 * node tools/write-references.mjs          writes them
 * node tools/write-references.mjs --check  fails when one is out of date
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ERRORS, ErrorCode } from '../src-shared/contract/errors.ts';
import { classifyFailure } from '../src-shared/rules/failures.ts';
import { metricsOf } from '../src-shared/rules/state/metrics.ts';
import { commandLineReference } from './references/command-line.mjs';
import { eventsReference, methodsReference, typesReference } from './references/http-api.mjs';
import { table } from './references/markdown.mjs';
import { retentionCalendar } from './references/retention-calendar.mjs';
import { manifestTypes, typeReference } from './references/schemas.mjs';

/** What each reference says, in Markdown. */
const REFERENCES = /** @type {Record<string, () => string>} */ ({
  errors: () =>
    table(
      ['Code', 'Meaning', 'What to do', 'Retried'],
      ErrorCode.options.map((code) => {
        const { meaning, remedy } = ERRORS[code];
        return [`\`${code}\``, meaning, remedy, classifyFailure(code) === 'unavailable' ? 'yes' : 'no'];
      }),
    ),
  commands: commandLineReference,
  methods: methodsReference,
  events: eventsReference,
  types: typesReference,
  metrics: metricsReference,
  manifest: () => typeReference('Manifest'),
  'manifest-types': manifestTypes,
  'retention-calendar': retentionCalendar,
  'stored-attached-file': () => typeReference('StoredAttachedFile'),
});
const MARKED = /(<!-- reference: ([a-z-]+) -->\n)[\s\S]*?(<!-- end of reference -->)/g;

const check = process.argv.includes('--check');
const documents = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);
const outdated = documents.filter((path) => {
  const text = readFileSync(path, 'utf8');
  const written = text.replace(MARKED, (_, start, name, end) => `${start}${referenceOf(name, path)}\n${end}`);
  if (!check && written !== text) writeFileSync(path, written);
  return written !== text;
});
if (check && outdated.length > 0) {
  console.error(`Out of date: ${outdated.join(', ')}. Run: node tools/write-references.mjs`);
  process.exit(1);
}

/** @param {string} name @param {string} path @returns {string} */
function referenceOf(name, path) {
  const reference = REFERENCES[name];
  if (reference === undefined) throw new Error(`${path}: unknown reference “${name}”.`);
  return reference();
}

/** What the page of figures says of each of them. */
function metricsReference() {
  const help = [...metricsOf([], 0).matchAll(/^# HELP (\S+) (.*)$/gm)];
  return table(
    ['Metric', 'Meaning'],
    help.map(([, name = '', meaning = '']) => [`\`${name}\``, meaning]),
  );
}
