import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src-main/cli/program.ts';

const root = resolve(import.meta.dirname, '../..');
const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
]
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const tracked = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.split('\n');

/** The text of a document without its blocks of code. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

/** The anchors of a document, as GitHub makes them from its headings. */
const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

test.each(documents)('every link of $path leads somewhere', ({ path, text }) => {
  for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? path : relative(root, resolve(root, dirname(path), file));
    expect(existsSync(join(root, linked)), `${target} in ${path}`).toBe(true);
    const known = documents.find((each) => each.path === linked);
    if (anchor !== undefined && known !== undefined)
      expect(anchorsOf(known.text), `${target} in ${path}`).toContain(anchor);
  }
});

test.each(documents)('every command in $path exists, with its options', async ({ path, text }) => {
  const program = await makeProgram();
  for (const line of commandLines(text)) {
    const words = [...line.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word);
    const { command, rest } = commandOf(program, words);
    expect(command, `“${line}” in ${path}`).not.toBe(program);
    const options = rest.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0]);
    const known = [...command.options.map(({ long }) => long), '--help'];
    for (const option of options) expect(known, `“${line}” in ${path}`).toContain(option);
  }
});

test('each command is found alone as with all others', async () => {
  const all = await makeProgram();
  for (const command of all.commands) {
    const alone = await makeProgram(command.name());
    const found = alone.commands.find((each) => each.name() === command.name());
    expect(found?.helpInformation(), command.name()).toBe(command.helpInformation());
    expect(alone.commands.length, command.name()).toBeLessThan(all.commands.length);
  }
  expect((await makeProgram('--version')).commands).toHaveLength(all.commands.length);
});

/** The commands in blocks of shell and in code within the text, without what stands before or after them. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...prose(text).matchAll(/`((?:[^`\n])*\bsnapkeep [^`\n]*)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans]
    .flatMap((line) => line.replace(/\s#\s.*$/, '').split(/\s\\?\|\s/))
    .map(
      (line) =>
        /(?:^|\s|--\s)(?:snapkeep )?snapkeep (?:-- )?([a-z].*)$/.exec(
          line.trim().replace('npm run -s snapkeep --', 'snapkeep'),
        )?.[1],
    )
    .filter((line) => line !== undefined);
}

/** The command that the first words name, and the other words. */
function commandOf(program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  const next = program.commands.find((each) => each.name() === words[0]);
  return next === undefined ? { command: program, rest: words } : commandOf(next, words.slice(1));
}

test.each(documents)('every file of the code that $path names is there', ({ path, text }) => {
  for (const [, name = ''] of prose(text).matchAll(/`((?:[\w.-]+\/)*[\w-]+(?:\.test|\.spec)?\.(?:ts|mjs))`/g)) {
    const found = tracked.some((file) => file === name || file.endsWith(`/${name}`));
    expect(found, `${name} in ${path}`).toBe(true);
  }
});

test('every must of the architecture names the tests that hold it', () => {
  const text = documents.find(({ path }) => basename(path) === 'architecture.md')?.text ?? '';
  const musts = text.slice(text.indexOf('## Durability'), text.indexOf('## Libraries')).match(/^\d+\. .*$/gm) ?? [];
  expect(musts.length).toBeGreaterThan(15);
  for (const must of musts) expect(must).toMatch(/`test\/[\w/-]+\.test\.ts`/);
});

test('the README and the architecture stay short', () => {
  const lines = (path: string): string[] => documents.find((each) => each.path === path)?.text.split('\n') ?? [];
  expect(lines('README.md').length).toBeLessThan(120);
  // Four printed pages, in lines of 100 characters.
  const printed = lines('docs/architecture.md').reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(line.length / 100)),
    0,
  );
  expect(printed).toBeLessThanOrEqual(250);
});
