import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { LITESTREAM, whyNoLitestream } from '../litestream-tools.mjs';
import { timeScript } from './measure.ts';
import { type Contender, contender } from './turns.ts';

const RESTIC_VERSION = '0.19.1';
const BORG_VERSION = '1.4.5';

/** Outside of the project, as the tools of the tests are. */
const CACHE = join(homedir(), '.cache', 'snapkeep-tests');
const RESTIC = join(CACHE, `restic-${RESTIC_VERSION}`, 'restic');
const BORG = join(CACHE, `borg-${BORG_VERSION}`, 'bin', 'borg');

const ENVIRONMENT = {
  RESTIC_PASSWORD: 'measured',
  BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
};

/** Another program, its folder, and what it stores of a change. */
export interface Rival extends Contender {
  /** All that it stores. */
  readonly store: string;
}

/** Builds what is not there yet, and says what cannot be had. */
function install(): void {
  const run = (command: string, args: string[], env: Record<string, string> = {}): void =>
    void spawnSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, ...env } });
  if (!existsSync(RESTIC))
    run('go', ['install', `github.com/restic/restic/cmd/restic@v${RESTIC_VERSION}`], { GOBIN: join(RESTIC, '..') });
  if (!existsSync(BORG)) {
    run('python3', ['-m', 'venv', join(BORG, '..', '..')]);
    run(join(BORG, '..', 'pip'), ['install', '-q', `borgbackup==${BORG_VERSION}`]);
  }
  const missing = [
    [RESTIC, `restic ${RESTIC_VERSION} needs Go`],
    [BORG, `borg ${BORG_VERSION} needs Python with venv, a C compiler, and the headers of acl, lz4, zstd and xxhash`],
  ] as const;
  for (const [tool, why] of missing) if (!existsSync(tool)) process.stdout.write(`not measured: ${why}\n`);
  const why = whyNoLitestream();
  if (why !== undefined) process.stdout.write(`not measured: ${why}\n`);
}

/** The programs that are there, each with an empty folder in `place`. Those that need a copy of the database make it. */
export function rivalsOf(place: string, source: string): Rival[] {
  install();
  const copy = join(place, 'copy.db');
  const byBackup = `rm -f '${copy}'; sqlite3 '${source}' ".backup '${copy}'"`;
  const rival = (name: string, tool: string, commands: (store: string) => string): Rival[] => {
    if (!existsSync(tool)) return [];
    const store = join(place, name.split(' ').at(-1) ?? '');
    mkdirSync(store);
    return [{ ...contender(name, () => timeScript(`${byBackup}; ${commands(store)}`, ENVIRONMENT)), store }];
  };
  return [
    ...rival(
      '.backup and gzip',
      '/bin/sh',
      (store) => `gzip -c '${copy}' > '${store}'/$(date +%s%N).gz; sync '${store}'`,
    ),
    ...rival('.backup and restic', RESTIC, (store) => {
      const init = `[ -e '${store}/config' ] || '${RESTIC}' -q -r '${store}' init;`;
      return `${init} '${RESTIC}' -q -r '${store}' backup '${copy}'`;
    }),
    ...rival('.backup and borg', BORG, (store) => {
      const init = `[ -e '${store}/config' ] || '${BORG}' init -e none '${store}';`;
      return `${init} '${BORG}' create -C zstd '${store}::{utcnow}' '${copy}'`;
    }),
  ];
}

/**
 * Litestream with a copy of the database of its own, which it takes the checkpoints of.
 * @param change changes the copy as the database itself is changed
 */
export function litestreamOf(place: string, source: string, change: (database: Database.Database) => void): Rival[] {
  if (whyNoLitestream() !== undefined) return [];
  const [own, store] = [join(place, 'litestream.db'), join(place, 'Litestream')];
  mkdirSync(store);
  timeScript(`cp '${source}' '${own}'`);
  // As long as a program has it open, the log stays: what it says is all that Litestream reads.
  const program = new Database(own);
  program.pragma('synchronous = OFF');
  program.pragma('wal_autocheckpoint = 0');
  const once = () => {
    change(program);
    return timeScript(`'${LITESTREAM}' replicate -once -log-level error '${own}' 'file://${store}'`);
  };
  return [{ ...contender('Litestream', once), store }];
}
