import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';

let folder: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-json-'));
  run = commandLineOf(join(folder, 'home'));
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every command that has `--json`, with how many arguments it must have. */
function commandsIn(names: string[] = []): Array<{ names: string[]; required: number }> {
  const { stdout } = run([...names, '--help']);
  const below = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)(?: |$)/gm)].map(([, name = '']) => name);
  const commands = stdout.includes('\nCommands:') ? below.filter((name) => name !== 'help') : [];
  if (commands.length > 0) return commands.flatMap((name) => commandsIn([...names, name]));
  const required = /^Usage: .*$/m.exec(stdout)?.[0].match(/<[^>]+>/g)?.length ?? 0;
  return /^ +--json\b/m.test(stdout) ? [{ names, required }] : [];
}

test('every command prints exactly one document with --json, whatever it is given', () => {
  test.setTimeout(240_000);
  const commands = commandsIn();
  expect(commands.map(({ names }) => names.join(' '))).toEqual(
    expect.arrayContaining(['plan add', 'destination set', 'backup', 'verify', 'restore', 'undo', 'import', 'run-due']),
  );
  const broken: string[] = [];
  // No command finds a program that would set up a service for who runs the tests.
  const environment = { PATH: folder, HOME: folder, XDG_CONFIG_HOME: folder };
  for (const { names, required } of commands) {
    const whole = [...names, ...Array.from({ length: required }, () => 'nobody')];
    for (const args of [...(required === 0 ? [] : [names]), whole, [...whole, '--no-such-option']]) {
      const { stdout, exitCode, stderr } = run([...args, '--json'], { environment });
      try {
        const document = JSON.parse(stdout) as { error?: { code?: unknown } } | null;
        // Whatever fails says why, in the document as well as for people.
        if (exitCode !== 0 && (typeof document?.error?.code !== 'string' || stderr === ''))
          broken.push(`${args.join(' ')}: ends with ${exitCode} and says ${stdout}`);
      } catch {
        broken.push(`${args.join(' ')}: ${stdout}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

/** A command whose output is a terminal, as far as it can tell. */
const onTerminal = (args: readonly string[]) =>
  run(args, { environment: { NODE_OPTIONS: '--import=data:text/javascript,process.stdout.isTTY=true' } });

test('names, manifests, values and errors of others send nothing to the terminal', () => {
  const ORDERS = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egpj';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these are looked for.
  const harmful = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  const source = join(folder, `app${ORDERS}.db`);
  makeDatabase(source, { rows: 20 });
  expect(run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups]).exitCode).toBe(0);
  expect(run(['backup', 'app']).exitCode).toBe(0);
  const hostile = join(folder, 'hostile');
  mkdirSync(hostile);
  makeDatabase(join(hostile, `other${ORDERS}.db`), { rows: 3 });
  for (const [name, content] of [
    [`bad${ORDERS}.db.gz`, 'no gzip'],
    [`bad${ORDERS}.db.gz.manifest.json`, '{"format": 1}'],
    [`told${ORDERS}.db`, 'x'],
    [`told${ORDERS}.db.manifest.json`, JSON.stringify({ format: 99, id: ORDERS, plan: { name: ORDERS } })],
    [`dump${ORDERS}.sql`, `BEGIN TRANSACTION;\nATTACH '${ORDERS}' AS x;\nCOMMIT;\n`],
    [`text-2026-01-01.db`, ORDERS],
  ] as const)
    writeFileSync(join(hostile, name), content);
  const template = join(folder, 'template.json');
  writeFileSync(template, `{"id": "x${ORDERS}", "${ORDERS}": 1}`);
  const crontab = join(folder, 'crontab');
  writeFileSync(crontab, `* * * * * cp /a /b${ORDERS}\n${ORDERS} nonsense\n`);
  expect(run(['plan', 'add', '--name', `app${ORDERS}`, '--source', source, '--to', backups]).exitCode).toBe(0);
  const [before, after] = [join(folder, 'before.db'), join(folder, 'after.db')];
  for (const [path, value] of [
    [before, 'x'],
    [after, `x${ORDERS}`],
  ] as const) {
    const database = new Database(path);
    database.exec('CREATE TABLE notes(id INTEGER PRIMARY KEY, note TEXT)');
    database.prepare('INSERT INTO notes VALUES (1, ?)').run(value);
    database.close();
  }
  const attempts = [
    ['plan', 'list'],
    ['status'],
    ['status', '--prometheus'],
    ['diff', before, after],
    ['diff', before, after, '--table', 'notes'],
    ['diff', before, after, '--sql'],
    ['list'],
    ['list', '--dir', hostile],
    ['import', hostile],
    ['import', hostile, '--other-programs', '--dry-run'],
    ['import', hostile, '--other-programs'],
    ['recover', hostile],
    ['verify', join(hostile, `bad${ORDERS}.db.gz`)],
    ['verify', join(hostile, `told${ORDERS}.db`)],
    ['verify', join(hostile, `dump${ORDERS}.sql`)],
    ['restore', join(hostile, `dump${ORDERS}.sql`), '--to', join(folder, `to${ORDERS}.db`)],
    ['restore', join(hostile, `other${ORDERS}.db`), '--to', join(folder, `to${ORDERS}.db`)],
    ['backup', `nobody${ORDERS}`],
    [`no-such${ORDERS}`],
    ['list', `--no-such${ORDERS}`],
    ['template', 'check', template],
    ['plan', 'read-schedule', crontab],
    ['restore-test', 'app'],
    ['recovery-kit'],
    ['prune', 'app', '--keep-last', '1', '--dry-run'],
    ['destination', 'add', `d${ORDERS}`, '--folder', hostile],
    ['destination', 'list'],
  ];
  const found: string[] = [];
  for (const args of attempts)
    for (const how of [args, [...args, '--json']]) {
      const { stdout, stderr } = onTerminal(how);
      for (const [stream, text] of [
        ['stdout', stdout],
        ['stderr', stderr],
      ] as const) {
        const at = text.search(harmful);
        if (at !== -1) found.push(`${JSON.stringify(how)} ${stream}: ${JSON.stringify(text.slice(at - 40, at + 40))}`);
      }
    }
  expect(found).toEqual([]);
  // Both were there to be made visible, and a pipe gets what they are.
  for (const args of [
    ['status', '--prometheus'],
    ['diff', before, after, '--sql'],
  ]) {
    expect(onTerminal(args).stdout).toContain('\\x1b[2J');
    expect(run(args).stdout).toContain(ORDERS);
  }
});
