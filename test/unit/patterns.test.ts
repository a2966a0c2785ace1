import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSync } from 'recheck';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';

/*
 * Every regular expression in the product, however it came there. Names, paths, SQL, dates and manifests are written by
 * others, so none may take longer than linear time, but where its caller bounds the text.
 */

/** What is not linear, or cannot be told, with the most characters that its callers give it. */
const BOUNDED: Record<string, number> = {
  // old-schedules.ts and without-secrets.ts refuse longer scripts and lines.
  '(?<kept>https?:\\/\\/[^\\s"\']{1,300}\\/ping\\/)(?<secret>[\\w-]{16,})': 16_000,
  '\\$\\(\\s{0,9}date\\b[^)]{0,200}\\)|`\\s{0,9}date\\b[^`]{0,200}`': 16_000,
};

/** The characters that a pattern of which nothing is known is measured with. */
const USUAL = 100_000;
const MOST_MS = 500;
/** Patterns that are put together from parts, whose parsers are measured by `linear-parsers.test.ts`. */
const PUT_TOGETHER = ['old-command-facts.ts', 'times-in-names.ts', 'without-secrets.ts'];

interface Pattern {
  at: string;
  source: string;
  flags: string;
}

const files = ['src-main', 'src-shared', 'src-renderer'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name)),
);

function patternsIn(file: string): { patterns: Pattern[]; putTogether: number } {
  const text = readFileSync(file, 'utf8');
  const patterns: Pattern[] = [];
  let putTogether = 0;
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) walk(each);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const { type, start, regex, callee } = node as Record<string, unknown> & {
      regex?: { pattern: string; flags: string };
      callee?: { name?: string };
    };
    if (regex) {
      const line = text.slice(0, Number(start)).split('\n').length;
      patterns.push({ at: `${file}:${line}`, source: regex.pattern, flags: regex.flags });
    }
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') putTogether += 1;
    for (const value of Object.values(node)) walk(value);
  };
  walk(parseSync(file, text).program.body);
  return { patterns, putTogether };
}

const found = files.map((file) => ({ file, ...patternsIn(file) }));
const unique = new Map(found.flatMap(({ patterns }) => patterns).map((each) => [`${each.source}/${each.flags}`, each]));
const all = [...unique.values()];

/** What texts against a pattern repeat: its own characters and words, and what ends them. */
function pumpsFor(source: string): string[] {
  const words = source.match(/[A-Za-z0-9=:'"/ .-]{2,}/g) ?? [];
  return [...new Set([...'a0A \t\n\'"=-_./\\:;,(', ...words, ...words.map((word) => `${word} `)])];
}

/** The processor time in milliseconds that the slowest of some texts takes. */
function slowest({ source, flags }: Pattern, texts: string[]): number {
  const pattern = new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
  return Math.max(
    ...texts.map((text) => {
      const started = process.cpuUsage();
      text.replace(pattern, '');
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1000;
    }),
  );
}

/** Why a pattern must not be used on text of others; `null`: it may. */
function fault(pattern: Pattern): string | null {
  const { at, source, flags } = pattern;
  const named = `${at} /${source}/${flags}`;
  const checked = checkSync(source, flags, { timeout: 300 });
  if (checked.status === 'safe') return null;
  const bound = BOUNDED[source];
  const attack = checked.status === 'vulnerable' ? checked.attack.pumps : [];
  if (checked.status === 'vulnerable' && bound === undefined) return `${named}: ${checked.complexity.summary}`;
  const pumps = attack.length === 0 ? pumpsFor(source) : attack.map(({ pump }) => pump);
  const length = bound ?? USUAL;
  const start = attack[0]?.prefix ?? '';
  const texts = pumps.map((pump) => `${start}${pump.repeat(length / pump.length)}\u0000`);
  const took = slowest(pattern, texts);
  return took <= MOST_MS ? null : `${named}: ${Math.round(took)} ms for ${length} characters`;
}

const GROUP = 10;
const groups = Array.from({ length: Math.ceil(all.length / GROUP) }, (_, n) => all.slice(n * GROUP, (n + 1) * GROUP));

describe('every regular expression takes linear time', () => {
  test.each(groups.map((group) => [group[0]?.at, group] as const))('from %s on', (_at, group) => {
    expect(group.map(fault).filter((each) => each !== null)).toEqual([]);
  });

  test('those that are put together are only in parsers that are measured, and no bound is left over', () => {
    const names = found.filter(({ putTogether }) => putTogether > 0).map(({ file }) => file.split(/[/\\]/).at(-1));
    expect(names.sort()).toEqual(PUT_TOGETHER);
    const sources = new Set(all.map(({ source }) => source));
    expect(Object.keys(BOUNDED).filter((source) => !sources.has(source))).toEqual([]);
    expect(all.length).toBeGreaterThan(200);
  });
});

test('a pattern that backtracks is found', () => {
  const bad = ['^(?:\\/\\*.*\\*\\/|\\s)*SELECT', '\\s+$', '^(a|a)*$'];
  for (const source of bad) expect(fault({ at: 'here', source, flags: 's' })).not.toBeNull();
});
