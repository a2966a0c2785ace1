import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
import { installPortunus, PORTUNUS_SCHEMA } from '../support/installations/portunus.ts';
import { installSoundBox, SOUNDS } from '../support/installations/soundbox.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { readTree } from '../support/trees.ts';

/** What a backup prints of its snapshot. */
interface Taken {
  id: string;
  name: string;
  path: string;
  companions: unknown[];
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

/** Takes a backup while the program commits, and answers it with what stands in it as other people's tools read it. */
async function backUpAtWork(
  { json }: Commands,
  installation: Installation,
  args: readonly string[],
): Promise<{ taken: Taken; content: string }> {
  const work = await startWork(installation);
  onTestFinished(() => work.kill());
  const before = rowsIn(installation, installation.grows);
  const taken: Taken = json(['backup', ...args]);
  expect(rowsIn(installation, installation.grows), 'the program went on').toBeGreaterThan(before);
  await work.stop();
  const unpacked = { ...installation, database: `${installation.database}.unpacked` };
  unpack(taken.path, unpacked.database);
  expect(rowsIn(unpacked, installation.grows)).toBeGreaterThanOrEqual(before);
  return { taken, content: contentOf(unpacked) };
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
      expect(json(['drill', 'hone'])).toMatchObject({
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

    test('Portunus: a newer snapshot is refused, a reset leaves what is no state, and the state comes back', async () => {
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
      expect(run(['reset', 'portunus']).stdout).toContain('state.db.lock');
      expect(readdirSync(portunus.folder)).toEqual(before);
      run(['reset', 'portunus', '--confirm']);
      expect(readdirSync(portunus.folder).sort()).toEqual([
        'server.crt',
        'server.key',
        'server.toml',
        'state.db.unpacked',
      ]);
      expect(run(['reset', 'portunus', '--confirm']).stdout).toContain('nothing');
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
      const dump: Taken = json(['backup', 'openmemory', '--method', 'dump']);
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
        companions: [{ name: 'generated', path: box.generated, kind: 'folder' }],
        retention: { keepDays: 14, weekly: 11, weekday: 7 },
      });
      const audio = readTree(box.generated);
      const { taken, content } = await backUpAtWork(commands, box, ['soundbox']);
      expect(taken.companions).toMatchObject([{ name: 'generated', way: 'linked-folder', files: SOUNDS, whole: true }]);

      befall(box);
      box.spoilAudio();
      const [spoiltData, spoiltAudio] = [contentOf(box), readTree(box.generated)];
      expect(spoiltAudio).not.toEqual(audio);
      expect(json(['verify', taken.id])).toMatchObject({ valid: true });
      const restored = run(['restore', taken.id, '--force']);
      expect(restored.stderr).toContain('388 are the same, 12 differ, 100 come back, 1 go');
      expect(contentOf(box)).toBe(content);
      expect(readTree(box.generated)).toEqual(audio);

      // Two runs, each with its own way back.
      run(['undo']);
      run(['undo']);
      expect(contentOf(box)).toBe(spoiltData);
      expect(readTree(box.generated)).toEqual(spoiltAudio);
    });
  },
);
