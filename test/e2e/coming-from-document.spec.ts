import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { isMethodName } from '../../src-shared/contract/methods.ts';
import { COMMAND_LINE, commandLineOf, NODE } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { type Machine, makeMachine, PROGRAMS, type ProgramName } from '../support/document-machines.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../support/servers/s3.ts';
import { type SftpServer, startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';

const DOCUMENT = readFileSync(resolve(import.meta.dirname, '../../docs/coming-from.md'), 'utf8');

interface Section {
  title: string;
  text: string;
}

const sections: Section[] = DOCUMENT.split(/^## /m).map((text) => ({ title: text.split('\n')[0] ?? '', text }));

/** The cells of a row; a bar in code is written with a backslash. */
const cellsOf = (row: string): string[] => row.split(/(?<!\\)\|/).slice(1, -1);

/** The code in what we say: in the last cell of a row, and outside of tables. Each once, in its order. */
function oursIn({ text }: Section): string[] {
  const said = text.split('\n').map((line) => (line.startsWith('|') ? (cellsOf(line).at(-1) ?? '') : line));
  const code = said.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span));
  // Lines of a crontab begin with its five fields.
  return [...new Set(code.map((span) => span.replace(/^(?:\S+ ){5}(?=snapkeep )/, '')))];
}

function sectionOf(program: ProgramName): Section {
  const section = sections.find(({ title }) => title === program);
  if (section === undefined) throw new Error(`There is no section on ${program}.`);
  return section;
}

test('every cell of every table says something, and every method that is named is there', () => {
  const rows = DOCUMENT.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(150);
  for (const row of rows) for (const cell of cellsOf(row)) expect(cell.trim(), row).not.toBe('');
  const named = [...DOCUMENT.matchAll(/POST \/api\/(\w+\.\w+)|`(\w+\.(?:get|list|start))`/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  expect(named.length).toBeGreaterThan(10);
  for (const method of named) expect(isMethodName(method), method).toBe(true);
});

test.describe('what of ours stands in the document does what it says', () => {
  let root: string;
  const servers: Servers = {};

  test.beforeAll(async () => {
    if (whyNoS3 === undefined) servers.s3 = await startS3Server();
    if (whyNoSftp === undefined) servers.sftp = await startSftpServer();
  });
  test.afterAll(async () => {
    await servers.s3?.stop();
    await servers.sftp?.stop();
  });
  test.beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-document-')));
  });
  test.afterEach(() => rmSync(root, { recursive: true, force: true }));

  for (const program of PROGRAMS) {
    test(program, async () => {
      const reader = new Reader(makeMachine(program, root), servers);
      const ours = oursIn(sectionOf(program));
      for (const span of ours.filter((each) => each.startsWith('snapkeep ')))
        if (span === 'snapkeep serve') await reader.serve();
        else await reader.command(span);
      await reader.options(ours.filter((each) => /^--\S+ \S/.test(each)));
      expect(reader.count).toBeGreaterThan(20);
    });
  }

  test('every option that is named is there', () => {
    const call = commandLineOf(join(root, 'home'));
    const helped = [
      'plan add',
      'destination add',
      'backup',
      'restore',
      'prune',
      'list',
      'delete-database',
      'status',
      'import',
    ];
    const help = helped.map((command) => call([...command.split(' '), '--help']).stdout).join('\n');
    const named = PROGRAMS.flatMap((program) => oursIn(sectionOf(program)))
      .flatMap((span) => span.match(/--[a-z][a-z0-9-]+/g) ?? [])
      .concat(DOCUMENT.slice(0, DOCUMENT.indexOf('\n## ')).match(/--[a-z][a-z0-9-]+/g) ?? []);
    // What every command has.
    for (const option of new Set(named.filter((each) => each !== '--help'))) expect(help).toContain(option);
  });
});

/** What stands for the servers of other people, as far as it is here. */
interface Servers {
  s3?: S3Server;
  sftp?: SftpServer;
}

interface Listed {
  id: string;
  name: string;
  path: string;
}

/** Somebody who does what the document says, one thing after the other, on a machine with one of the programs. */
class Reader {
  /** What has been done. */
  count = 0;
  /** How the destinations are named that have been added. */
  readonly #added = new Set<string>();
  /** The snapshots of each plan, as long as they are known to be true. */
  #listed = new Map<string, Listed[]>();
  readonly machine: Machine;
  readonly servers: Servers;
  readonly #call: ReturnType<typeof commandLineOf>;

  constructor(machine: Machine, servers: Servers) {
    this.machine = machine;
    this.servers = servers;
    this.#call = commandLineOf(join(machine.root, 'home'));
  }

  /** Runs a command with what stands for its placeholders. */
  async command(command: string): Promise<void> {
    if (!this.#canRun(command)) return;
    this.#prepare(command);
    this.#run(argsOf(await this.#filled(command), this.machine.root));
    const added = /destination add (\S+)/.exec(command)?.[1];
    if (added !== undefined) this.#added.add(`--to ${added}`);
    if (/ delete-database .*--confirm/.test(command)) this.#run(['undo']);
    // What has removed snapshots is made up for.
    const missing = /^snapkeep plan add --template/.test(command) ? 2 : /prune|delete /.test(command) ? 1 : 0;
    for (let made = 0; made < missing; made++) this.#backUp();
  }

  /** Makes plans, and adds destinations, with the options that the document names alone. */
  async options(options: readonly string[]): Promise<void> {
    const { source, root, template } = this.machine;
    const other = join(root, 'other');
    const of = (start: string): string[] => options.filter((each) => each.startsWith(start));
    for (const provider of of('--provider')) {
      const keys = '--access-key-env AWS_ACCESS_KEY_ID --secret-key-env AWS_SECRET_ACCESS_KEY';
      await this.command(`snapkeep destination add other-${this.count} --s3 <bucket> ${provider} ${keys}`);
    }
    const parts = of('--with');
    if (parts.length > 0)
      this.#run(['plan', 'add', '--template', template('again'), '--to', other, ...argsOf(parts.join(' '), root)]);
    const plain = options
      .filter(
        (each) => !/^--(provider|with) /.test(each) && (!/^--to (cloud|server)$/.test(each) || this.#added.has(each)),
      )
      .map((each) => each.replace('--to <folder>', `--to ${other}`).replaceAll('<folder>', dirname(source)));
    for (const together of compatible(plain)) {
      const given = [
        ...(together.some((each) => each.startsWith('--source')) ? [] : ['--source', source]),
        ...(together.some((each) => each.startsWith('--folder')) ? ['--template', 'portunus'] : []),
        ...(together.some((each) => each.startsWith(`--to ${root}`)) ? [] : ['--to', other]),
      ];
      this.#run(['plan', 'add', '--name', `option-${this.count}`, ...given, ...argsOf(together.join(' '), root)]);
    }
  }

  /** Starts the server, which stays, until it tells its address. */
  async serve(): Promise<void> {
    const server = spawn(NODE, [COMMAND_LINE, 'serve', '--port', '0'], {
      env: { ...process.env, SNAPKEEP_HOME: join(this.machine.root, 'home') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(server, 'exit');
    let said = '';
    for await (const text of server.stderr.setEncoding('utf8')) {
      said += text;
      if (/http:\S+token=\S+/.test(said)) break;
    }
    server.kill('SIGTERM');
    await ended;
    expect(said).toMatch(/http:\S+token=\S+/);
    this.count += 1;
  }

  /** Without the servers that stand for them, destinations elsewhere cannot be added. */
  #canRun(command: string): boolean {
    if (command.includes('--s3')) return this.servers.s3 !== undefined;
    return !command.includes('--sftp') || this.servers.sftp !== undefined;
  }

  /** Brings the machine to where a command is of use. */
  #prepare(command: string): void {
    const { source } = this.machine;
    if (command === 'snapkeep undo') this.#run(['restore', this.#newest().id, '--to', source, '--force']);
    // A database that is lost; what is there would need --force.
    if (/^snapkeep restore <name>$/.test(command))
      for (const suffix of ['', '-wal', '-shm']) rmSync(source + suffix, { force: true });
  }

  async #filled(command: string): Promise<string> {
    const { root, source, template, id } = this.machine;
    if (command.startsWith('snapkeep plan add --template')) {
      // This machine has none of the programs at its usual place, but for Hone.
      if (id === 'pisovereign') return command.replace('--template pisovereign', `--template ${template()}`);
      const given = command.includes('--source') || id === 'hone' ? '' : ` --source ${source}`;
      return `${command}${given}`.replace('./data/openmemory.db', source);
    }
    if (command.includes('--s3') || command.includes('--sftp')) return this.#elsewhere(command);
    if (!/<|import/.test(command)) return this.#answered(command);
    const newest = this.#newest();
    const fresh = join(root, `restored-${this.count}`, 'state.db');
    mkdirSync(dirname(fresh));
    if (command.includes('--force')) makeDatabase(fresh, { rows: 1 });
    const live = command.includes('--source');
    const stored = /--dir|import/.test(command);
    return this.#answered(
      command
        .replace(/<(configuration|vault|image)>/, (_all, part: string) => this.#newest(`${id}-${part}`).id)
        .replace('restore <folder>/<name>', `restore ${newest.path}`)
        .replace('--name <name>', `--name own-${this.count}`)
        .replace('--to <folder>/state.db', `--to ${fresh}`)
        .replace('--to <device>', `--to ${join(dirname(fresh), 'disk')}`)
        .replaceAll('<database>', live ? source : fresh)
        .replaceAll('<folder>', stored ? dirname(newest.path) : join(root, 'other'))
        .replaceAll('<snapshot>', command.includes('delete') ? (this.#list()[1]?.id ?? '') : newest.id)
        .replaceAll('<name>', newest.name)
        .replaceAll('<file>', newest.path)
        .replace('import ./data/backups', `import ${dirname(newest.path)}`),
    );
  }

  /** Nobody is there to ask. */
  #answered(command: string): string {
    return /prune|delete /.test(command) && !/--yes|--dry-run/.test(command) ? `${command} --yes` : command;
  }

  /** The servers of the tests stand for those of other people. */
  async #elsewhere(command: string): Promise<string> {
    if (command.includes('--sftp')) {
      const { user = '', port = 0, root = '', keyFile = '' } = this.servers.sftp ?? {};
      return command.replace('<user>@<host>/<path>', `${user}@127.0.0.1:${port}${root}`).replace('<key file>', keyFile);
    }
    const bucket = `document-${randomUUID()}`;
    await this.servers.s3?.makeBucket(bucket);
    const given = command.includes('--provider') ? command : `${command} --provider custom`;
    const placed = given.includes('--endpoint') ? given : `${given} --endpoint <address>`;
    // That of the server, whatever the name of the region is.
    return placed
      .replace('<bucket>', bucket)
      .replace('<address>', this.servers.s3?.endpoint ?? '')
      .replace('--region eu-central-1', '--region us-east-1');
  }

  #run(args: readonly string[]): string {
    const { accessKeyId = '', secretAccessKey = '' } = this.servers.s3?.keys ?? {};
    const ids = ['HONE_R2_ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID', 'KEY_ID'].map((name) => [name, accessKeyId]);
    const keys = ['HONE_R2_SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY', 'SECRET'].map((name) => [
      name,
      secretAccessKey,
    ]);
    const environment = { ...this.machine.environment, ...Object.fromEntries([...ids, ...keys]) };
    const { exitCode, stdout, stderr } = this.#call(args, { environment });
    expect(exitCode, `${args.join(' ')}\n${stderr}`).toBe(0);
    this.count += 1;
    if (/backup|prune|delete|import|run-due/.test(args[0] ?? '')) this.#listed.clear();
    return stdout;
  }

  #backUp(): void {
    this.#run(['backup', this.machine.plan, '--no-verify', '--name', `made-${this.count}`]);
  }

  #list(plan = this.machine.plan): Listed[] {
    const listed: Listed[] = this.#listed.get(plan) ?? JSON.parse(this.#run(['list', plan, '--json']));
    this.#listed.set(plan, listed);
    return listed;
  }

  #newest(plan?: string): Listed {
    const [newest] = this.#list(plan);
    if (newest === undefined) throw new Error('There is no snapshot.');
    return newest;
  }
}

/** Options that may stand together, in as few commands as can be. */
function compatible(options: readonly string[]): string[][] {
  const together: string[][] = [];
  for (const option of options) {
    const [name = ''] = option.split(' ');
    const room = together.find((others) => name === '--to' || others.every((each) => !each.startsWith(`${name} `)));
    if (room === undefined) together.push([option]);
    else room.push(option);
  }
  return together;
}

/** The words of a command, with the paths of the machine below a folder. */
function argsOf(command: string, root: string): string[] {
  return [...command.replace(/^snapkeep /, '').matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .map((word) => (/^\/(mnt|var|opt|backup)\//.test(word) ? join(root, word) : word))
    .map((word) => (word === './data/backups' ? join(root, 'other') : word));
}
