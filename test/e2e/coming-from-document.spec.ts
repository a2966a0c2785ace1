import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { isMethodName } from '../../src-shared/contract/methods.ts';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';

const DOCUMENT = readFileSync(resolve(import.meta.dirname, '../../docs/coming-from.md'), 'utf8');
const PROGRAMS = ['Hone', 'Portunus', 'OpenMemory', 'Sound Box', 'PiSovereign'] as const;
const KEY = 'the key of Hone';

/** Commands that are not run here, each with the reason. */
const NOT_RUN: Record<string, string> = {
  'snapkeep serve': 'it stays; test/contract/server.test.ts talks to it',
  'snapkeep reset portunus': 'there is no such command yet',
  'snapkeep reset portunus --confirm': 'there is no such command yet',
  'snapkeep restore dump-2024-01-01.sql --to <database>': 'dumps cannot be restored yet',
};

/** What stands in the document in short, and what it is run with. */
const IN_SHORT: Record<string, string> = {
  'snapkeep backup': ' <plan>',
  'snapkeep restore': ' <snapshot> --to <database>',
  'snapkeep restore <snapshot>': ' --to <database>',
  'snapkeep plan add --schedule manual': ' --name manual --source <file> --to <folder>',
};

interface Section {
  title: string;
  text: string;
}

const sections: Section[] = DOCUMENT.split(/^## /m).map((text) => ({ title: text.split('\n')[0] ?? '', text }));

/** The commands of ours in a section, in their order, each once. */
function commandsIn({ text }: Section): string[] {
  return [...new Set([...text.matchAll(/`(snapkeep [^`]+)`/g)].map(([, command = '']) => command))];
}

test('every cell of every table says something, and every method that is named is there', () => {
  const rows = DOCUMENT.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(100);
  // A bar in code is written with a backslash.
  for (const row of rows) for (const cell of row.split(/(?<!\\)\|/).slice(1, -1)) expect(cell.trim(), row).not.toBe('');
  const named = [...DOCUMENT.matchAll(/POST \/api\/(\w+\.\w+)|`(\w+\.(?:get|list|start))`/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  expect(named.length).toBeGreaterThan(10);
  for (const method of named) expect(isMethodName(method), method).toBe(true);
});

for (const program of PROGRAMS) {
  test(`${program}: every command of ours that stands in the document does what it says`, () => {
    const section = sections.find(({ title }) => title === program);
    if (section === undefined) throw new Error(`There is no section on ${program}.`);
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-document-')));
    try {
      runAll(program, commandsIn(section), folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

interface Listed {
  id: string;
  name: string;
  path: string;
}

/** Runs commands one after the other in a folder that stands for the root of the machine. */
function runAll(program: (typeof PROGRAMS)[number], commands: readonly string[], root: string): void {
  const id = program.toLowerCase().replace(' ', '');
  const source = makeMachine(program, id, root);
  const call = commandLineOf(join(root, 'home'));
  const run = (args: string[]): string => {
    const { exitCode, stdout, stderr } = call(args, {
      environment: { HONE_DB_KEY: KEY, XDG_DATA_HOME: join(root, 'data') },
    });
    expect(exitCode, `${args.join(' ')}\n${stderr}`).toBe(0);
    return stdout;
  };
  const plan = program === 'PiSovereign' ? 'pisovereign-database' : id;
  const backUp = (name: string) => run(['backup', plan, '--no-verify', '--name', name]);
  const list = () => JSON.parse(run(['list', plan, '--json'])) as Listed[];
  let listed: Listed[] = [];

  for (const [index, command] of commands.filter((each) => !(each in NOT_RUN)).entries()) {
    if (command.startsWith('snapkeep plan add --template')) {
      // This machine has no such program, so the usual places are empty.
      const given = command.includes('--source') || program === 'Hone' ? '' : ` --source ${source}`;
      run(argsOf(`${command}${given}`.replace('./data/openmemory.db', source), root));
      for (const name of ['first', 'second']) backUp(name);
    } else {
      if (command === 'snapkeep undo') run(['restore', listed[0]?.id ?? '', '--to', source, '--force']);
      run(argsOf(filled(command, { root, source, plan, listed, index }), root));
      // What has removed snapshots is made up for.
      if (!/prune|delete/.test(command)) continue;
      backUp(`after-${index}`);
    }
    listed = list();
  }
}

/** Makes the database of a program and the folders that the document names. */
function makeMachine(program: string, id: string, root: string): string {
  const places = ['other', 'mnt/nas', 'var/backups', 'backup/pisovereign', 'opt/soundbox', 'var/lib/pisovereign'];
  for (const made of ['data/hone', 'live', ...places]) mkdirSync(join(root, made), { recursive: true });
  const source = program === 'Hone' ? join(root, 'data/hone/hone.db') : join(root, 'live', `${id}.db`);
  if (program === 'Hone') makeEncrypted(source, KEY, 20);
  else makeDatabase(source, { rows: 20 });
  return source;
}

interface Surroundings {
  root: string;
  source: string;
  plan: string;
  /** The snapshots of the plan, newest first. */
  listed: readonly Listed[];
  index: number;
}

/** A command with what stands for its placeholders. */
function filled(command: string, { root, source, plan, listed, index }: Surroundings): string {
  const [newest, older = newest] = listed;
  if (newest === undefined || older === undefined) throw new Error('There is no snapshot.');
  const whole = `${command}${IN_SHORT[command] ?? ''}`;
  const fresh = join(root, `restored-${index}`, 'state.db');
  mkdirSync(dirname(fresh));
  if (whole.includes('--force')) makeDatabase(fresh, { rows: 1 });
  const stored = /--dir|adopt/.test(whole);
  const live = whole.includes('--source');
  const words = whole
    .replace('restore <folder>/<name>', `restore ${newest.path}`)
    .replace('--name <name>', `--name own-${index}`)
    .replace('--to <folder>/state.db', `--to ${fresh}`)
    .replace('<plan>', plan)
    .replaceAll('<database>', live ? source : fresh)
    .replaceAll('<folder>', stored ? dirname(newest.path) : join(root, 'other'))
    .replaceAll('<snapshot>', whole.includes('delete') ? older.id : newest.id)
    .replaceAll('<name>', newest.name)
    .replaceAll('<file>', live ? source : newest.path)
    .replace('adopt ./data/backups', `adopt ${dirname(newest.path)}`);
  // Nobody is there to ask.
  return /prune|delete/.test(words) && !words.includes('--yes') ? `${words} --yes` : words;
}

/** The words of a command, with the paths of the machine below a folder. */
function argsOf(command: string, root: string): string[] {
  return [...command.replace(/^snapkeep /, '').matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .map((word) => (/^\/(mnt|var|opt|backup)\//.test(word) ? join(root, word) : word))
    .map((word) => (word === './data/backups' ? join(root, 'other') : word));
}

test('what is not run is in the document, so that the list does not outlive its reasons', () => {
  for (const command of [...Object.keys(NOT_RUN), ...Object.keys(IN_SHORT)])
    expect(DOCUMENT).toContain(`\`${command}\``);
});
