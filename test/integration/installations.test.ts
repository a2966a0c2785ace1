import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CommandResult, commandLineOf } from '../support/command-line.ts';
import { installHone } from '../support/installations/hone.ts';
import {
  ask,
  contentOf,
  type Installation,
  rowsIn,
  startWork,
  unpack,
  whyNoInstallations,
} from '../support/installations/installation.ts';
import { installOpenMemory } from '../support/installations/openmemory.ts';
import { installPiSovereign } from '../support/installations/pisovereign.ts';
import { installPortunus, PORTUNUS_SCHEMA } from '../support/installations/portunus.ts';
import { installSoundBox, SOUNDS } from '../support/installations/soundbox.ts';
import { templateBelow } from '../support/installations/template-below.ts';
import { hashOf } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { readTree } from '../support/trees.ts';

/** What a backup prints of its snapshot. */
interface Taken {
  id: string;
  name: string;
  path: string;
  sourceKind: 'database' | 'files';
  attachedFiles: Array<{ name: string; whole: boolean }>;
}

/** The command line on a data folder of this test's own. */
function commandsIn(root: string, environment: Record<string, string> = {}) {
  const call = commandLineOf(join(root, 'home'));
  const run = (args: readonly string[], code = 0): CommandResult => {
    const result = call(args, { environment });
    expect(result.exitCode, `${args.join(' ')}\n${result.stderr}`).toBe(code);
    return result;
  };
  return { run, json: (args: readonly string[], code = 0) => JSON.parse(run([...args, '--json'], code).stdout) };
}

type Commands = ReturnType<typeof commandsIn>;

interface AtWork {
  /** The snapshot of the database. */
  taken: Taken;
  /** Those of the other plans of the group. */
  others: Taken[];
  /** What is in the database's snapshot, as other people's tools read it. */
  content: string;
}

/** Takes a backup while the program commits; it is verified later. */
async function backUpAtWork({ json }: Commands, installation: Installation, args: readonly string[]): Promise<AtWork> {
  const work = await startWork(installation);
  onTestFinished(() => work.kill());
  const before = rowsIn(installation, installation.grows);
  const all: Taken[] = [json(['backup', ...args, '--no-verify'])].flat();
  const others = all.filter(({ sourceKind }) => sourceKind === 'files');
  const taken = all.find(({ sourceKind }) => sourceKind === 'database');
  if (taken === undefined) throw new Error('There is no snapshot of the database.');
  expect(rowsIn(installation, installation.grows), 'the program went on').toBeGreaterThan(before);
  await work.stop();
  const unpacked = { ...installation, database: `${installation.database}.unpacked` };
  unpack(taken.path, unpacked.database);
  expect(rowsIn(unpacked, installation.grows)).toBeGreaterThanOrEqual(before);
  return { taken, others, content: contentOf(unpacked) };
}

/** Lets the mishap of an installation happen, which changes what is in its database. */
function befall(installation: Installation): void {
  const before = contentOf(installation);
  ask(installation, installation.mishap);
  expect(contentOf(installation)).not.toBe(before);
}

const linesOf = (text: string): string[] => text.split('\n').sort();

describe.skipIf(whyNoInstallations !== undefined)(
  `installations, with their templates ${whyNoInstallations ?? ''}`,
  () => {
    test('Hone: encrypted before, in the snapshot and after; only its key opens any of them', async () => {
      const root = temporaryFolder();
      const key = 'four words of a passphrase';
      const commands = commandsIn(root, { HONE_DB_KEY: key });
      const { run, json } = commands;
      const hone = installHone(join(root, 'hone'), key);
      const to = join(root, 'backups');
      const order = ['--source', hone.database, '--to', to, '--key-env', 'HONE_DB_KEY'];
      expect(json(['plan', 'add', '--template', 'hone', ...order])).toMatchObject({
        name: 'hone',
        schedule: { kind: 'daily', time: '02:00' },
        retention: { keepLast: 7 },
      });
      const { taken, content } = await backUpAtWork(commands, hone, ['hone']);
      expect(taken.name).toMatch(/^hone-\d{4}-\d\d-\d\d-\d{6}\.db\.gz$/);
      expect(json(['restore-test', 'hone'])).toMatchObject({
        valid: true,
        checks: [{ detail: expect.stringMatching(/\b5\b/) }, {}, { detail: expect.stringMatching(/\b12\b/) }],
      });

      befall(hone);
      expect(json(['verify', taken.id])).toMatchObject({ valid: true });
      expect(run(['restore', taken.name], 1).stderr).toContain('--force');
      run(['restore', taken.name, '--force']);
      expect(contentOf(hone)).toBe(content);
      expect(ask(hone, 'PRAGMA journal_mode;')).toBe('wal');
      expect(readFileSync(hone.database).includes('Account 1')).toBe(false);
    });

    test('Portunus: a newer snapshot is refused, the deletion of a database leaves what is no state, and the state comes back', async () => {
      const root = temporaryFolder();
      const commands = commandsIn(root);
      const { run, json } = commands;
      const portunus = installPortunus(join(root, 'portunus'));
      const add = ['plan', 'add', '--template', 'portunus', '--folder', portunus.folder, '--to', join(root, 'backups')];
      expect(json(add)).toMatchObject({ sourcePath: portunus.database, lockFiles: ['state.db.lock'] });
      const { taken, content } = await backUpAtWork(commands, portunus, ['portunus']);
      expect(taken.name).toMatch(/^portunus-state-.*Z\.db$/);

      befall(portunus);
      expect(json(['verify', taken.id])).toMatchObject({ valid: true });
      const spoilt = contentOf(portunus);
      run(['restore', taken.id, '--force']);
      expect(contentOf(portunus)).toBe(content);
      run(['undo']);
      expect(contentOf(portunus)).toBe(spoilt);

      ask(portunus, `DELETE FROM schema_migrations WHERE version > ${PORTUNUS_SCHEMA - 2};`);
      const refused = run(['restore', taken.id, '--force'], 78);
      expect(refused.stderr).toMatch(/newer.*\b12\b.*\b10\b/);

      const before = readdirSync(portunus.folder);
      expect(run(['delete-database', 'portunus']).stdout).toContain('state.db.lock');
      expect(readdirSync(portunus.folder)).toEqual(before);
      run(['delete-database', 'portunus', '--confirm']);
      expect(readdirSync(portunus.folder).sort()).toEqual([
        'server.crt',
        'server.key',
        'server.toml',
        'state.db.unpacked',
      ]);
      expect(run(['delete-database', 'portunus', '--confirm']).stdout).toContain('Nothing to delete');
      expect(run(['restore', taken.id, '--program-version', `${PORTUNUS_SCHEMA - 1}`], 78).stderr).toContain('newer');
      expect(existsSync(portunus.database)).toBe(false);
      run(['restore', taken.id, '--program-version', `${PORTUNUS_SCHEMA}`]);
      expect(contentOf(portunus)).toBe(content);
    });

    test('OpenMemory: beside its data, as a copy and as a dump', async () => {
      const root = temporaryFolder();
      const commands = commandsIn(root);
      const { run, json } = commands;
      const memory = installOpenMemory(join(root, 'backend'));
      const plan = json(['plan', 'add', '--template', 'openmemory', '--folder', memory.folder]);
      expect(plan).toMatchObject({ name: 'openmemory', retention: { keepDays: 7 } });
      const { taken, content } = await backUpAtWork(commands, memory, ['openmemory']);
      expect(taken.path).toMatch(/\/data\/backups\/backup-.*\.db$/);
      const dump: Taken = json(['backup', 'openmemory', '--method', 'dump', '--no-verify']);
      const atDump = contentOf(memory);
      const found = `SELECT count(*) FROM memories_words WHERE memories_words MATCH 'rained';`;
      expect(ask(memory, found)).toBe('600');

      befall(memory);
      expect(json(['verify', taken.id])).toMatchObject({ valid: true });
      run(['restore', taken.id, '--force']);
      expect(contentOf(memory)).toBe(content);
      expect(ask(memory, found)).toBe('600');
      run(['restore', dump.id, '--force']);
      // What a dump makes has its schema in another order.
      expect(linesOf(contentOf(memory))).toEqual(linesOf(atDump));
      expect(ask(memory, found)).toBe('600');
      const read = { database: join(root, 'read.db') };
      ask(read, `.read '${dump.path}'`);
      expect(linesOf(contentOf(read))).toEqual(linesOf(atDump));
    });

    test(`Sound Box: its database and ${SOUNDS} audio files come back together`, async () => {
      const root = temporaryFolder();
      const commands = commandsIn(root);
      const { run, json } = commands;
      const box = installSoundBox(join(root, 'soundbox'));
      const add = ['plan', 'add', '--template', 'soundbox', '--folder', box.folder, '--to', join(root, 'backups')];
      expect(json(add)).toMatchObject({
        attachedFiles: [{ name: 'generated', path: box.generated, kind: 'folder' }],
        retention: { keepDays: 14, weekly: 11, weekday: 7 },
      });
      const audio = readTree(box.generated);
      const { taken, content } = await backUpAtWork(commands, box, ['soundbox']);
      expect(taken.attachedFiles).toMatchObject([
        { name: 'generated', way: 'linked-folder', files: SOUNDS, whole: true },
      ]);

      befall(box);
      box.spoilAudio();
      expect(readTree(box.generated)).not.toEqual(audio);
      expect(json(['verify', taken.id])).toMatchObject({ valid: true });
      const restored = run(['restore', taken.id, '--force']);
      expect(restored.stderr).toContain('388 unchanged, 12 changed, 100 added, 1 removed');
      expect(contentOf(box)).toBe(content);
      expect(readTree(box.generated)).toEqual(audio);
    });

    test('PiSovereign in other places: four plans of one group, each back where it was', async () => {
      const root = temporaryFolder();
      const commands = commandsIn(root);
      const { run, json } = commands;
      const pi = installPiSovereign(join(root, 'machine'));
      const template = join(root, 'pisovereign.json');
      writeFileSync(template, templateBelow(run(['template', 'export', 'pisovereign']).stdout, pi.folder));
      const backups = join(root, 'backups');
      mkdirSync(backups);
      const plans = json(['plan', 'add', '--template', template, '--to', backups]);
      expect(plans.map((plan: { name: string; group: string }) => [plan.name, plan.group])).toEqual([
        ['pisovereign-database', 'PiSovereign'],
        ['pisovereign-configuration', 'PiSovereign'],
        ['pisovereign-vault', 'PiSovereign'],
        ['pisovereign-image', 'PiSovereign'],
      ]);
      const settings = ['config.toml', 'env', 'backup.toml'].map((name) => join(pi.configuration, name));
      const places = [...settings, pi.vault];
      // A device has no time of its own.
      const disk = hashOf(pi.disk);
      const before = places.map(readTree);
      const { taken, others, content } = await backUpAtWork(commands, pi, ['--group', 'pisovereign']);
      expect(taken.path).toMatch(/\/backups\/daily\/pisovereign-\d{8}_\d{6}\.db\.gz$/);
      expect(others.map(({ attachedFiles }) => attachedFiles.map(({ name, whole }) => [name, whole]))).toEqual([
        [
          ['configuration', true],
          ['env', true],
          ['backup-toml', true],
        ],
        [['image', true]],
        [['vault', true]],
      ]);

      befall(pi);
      pi.spoilFiles();
      expect(hashOf(pi.disk)).not.toBe(disk);
      for (const { id } of [taken, ...others]) {
        expect(json(['verify', id])).toMatchObject({ valid: true });
        run(['restore', id, '--force']);
      }
      expect(contentOf(pi)).toBe(content);
      expect(places.map(readTree)).toEqual(before);
      expect(hashOf(pi.disk)).toBe(disk);
    });
  },
);
