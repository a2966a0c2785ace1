import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { makeDatabase } from './databases.ts';
import { makeEncrypted, openEncrypted } from './encrypted-databases.ts';
import { templateBelow } from './installations/template-below.ts';
import { makeTree, type Tree } from './trees.ts';

/** A folder that stands for the root of a machine on which one of the programs runs. */
export interface Machine {
  readonly root: string;
  /** The id of the program's template. */
  readonly id: string;
  /** The plan of its database. */
  readonly plan: string;
  /** The database. */
  readonly source: string;
  readonly environment: Record<string, string>;
  /** Writes the program's template with locations on this machine, if need be under another name; answers the file. */
  template(name?: string): string;
}

interface Layout {
  id: string;
  database: string;
  /** What else is in the database. */
  sql?: string;
  /** What lies beside it. */
  tree?: Tree;
}

const LAYOUTS = {
  Hone: {
    id: 'hone',
    database: 'data/hone/hone.db',
    sql: 'CREATE TABLE accounts (id); CREATE TABLE transactions (id); CREATE TABLE subscriptions (id)',
  },
  Portunus: {
    id: 'portunus',
    database: 'live/state.db',
    sql: 'CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY); INSERT INTO schema_migrations VALUES (11), (12)',
    tree: { 'live/state.db.lock': '1', 'live/server.key': 'secret', 'other/identity.json': '{}' },
  },
  OpenMemory: { id: 'openmemory', database: 'live/openmemory.db' },
  'Sound Box': {
    id: 'soundbox',
    database: 'live/soundbox.db',
    tree: { 'live/generated/abc123.wav': 'a sound', 'live/generated/def456.wav': 'another sound' },
  },
  PiSovereign: {
    id: 'pisovereign',
    database: 'var/lib/pisovereign/pisovereign.db',
    sql: 'CREATE TABLE conversations (id INTEGER PRIMARY KEY); INSERT INTO conversations VALUES (1), (2)',
    tree: {
      'etc/pisovereign/config.toml': 'port = 1',
      'etc/pisovereign/env': 'A=1',
      'opt/vault/data/core/_master': 'encrypted',
      'dev/mmcblk0': 'the whole disk '.repeat(1000),
      'var/lib/pisovereign/cache.redb': 'cached',
      'opt/hailo/models/one.hef': 'a model',
    },
  },
} satisfies Record<string, Layout>;

export type ProgramName = keyof typeof LAYOUTS;
export const PROGRAMS: readonly ProgramName[] = ['Hone', 'Portunus', 'OpenMemory', 'Sound Box', 'PiSovereign'];

const KEY = 'the key of Hone';
/** An old format of SQLCipher, whose keys are worked out in a hundredth of the time. */
const QUICK = ["cipher='sqlcipher'", 'legacy=1'];
const PLACES = ['other', 'mnt/nas', 'var/backups', 'backup/pisovereign', 'opt/soundbox'];

/** Makes the small database of a program, what lies beside it, and the folders that the document names. */
export function makeMachine(program: ProgramName, root: string): Machine {
  const { id, database, sql = '', tree = {} }: Layout = LAYOUTS[program];
  const source = join(root, database);
  for (const made of [dirname(database), ...PLACES]) mkdirSync(join(root, made), { recursive: true });
  if (program === 'Hone') makeEncrypted(source, KEY, 20, QUICK);
  else makeDatabase(source, { rows: 20 });
  const opened = program === 'Hone' ? openEncrypted(source, KEY, QUICK) : new Database(source);
  opened.exec(sql);
  opened.close();
  makeTree(root, tree);
  return {
    root,
    id,
    plan: program === 'PiSovereign' ? `${id}-database` : id,
    source,
    environment: { HONE_DB_KEY: KEY, XDG_DATA_HOME: join(root, 'data') },
    template: (name) => {
      const text = readFileSync(
        resolve(import.meta.dirname, `../../src-shared/third-party/templates/${id}.json`),
        'utf8',
      );
      const file = join(root, `${name ?? id}.json`);
      writeFileSync(file, templateBelow(text, root, name));
      return file;
    },
  };
}
