import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTree } from '../trees.ts';
import { type Installation, makeLive, numbers } from './installation.ts';

export interface PiSovereign extends Installation {
  readonly configuration: string;
  readonly vault: string;
  /** A file that stands for the disk of the system. */
  readonly disk: string;
  /** Loses and changes something of each part but the database. */
  spoilFiles(): void;
}

/** PiSovereign: a database, a configuration, a local Vault and a disk, below a folder that stands for the root of the machine. */
export function installPiSovereign(root: string): PiSovereign {
  const database = join(root, 'var/lib/pisovereign/pisovereign.db');
  const configuration = join(root, 'etc/pisovereign');
  const vault = join(root, 'opt/vault/data');
  const disk = join(root, 'dev/mmcblk0');
  makeLive(
    { database },
    `CREATE TABLE conversations (id TEXT PRIMARY KEY, title TEXT, created_at TEXT NOT NULL);
    CREATE TABLE messages (id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, role TEXT NOT NULL CHECK (role IN ('user', 'assistant')), content TEXT NOT NULL, tokens INTEGER);
    CREATE INDEX messages_by_conversation ON messages(conversation_id);
    CREATE TABLE approvals (id INTEGER PRIMARY KEY, what TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'pending');
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL);
    CREATE TRIGGER audit_log_stays BEFORE DELETE ON audit_log BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER approvals_are_logged AFTER UPDATE OF status ON approvals BEGIN
      INSERT INTO audit_log (at, what) VALUES ('2026-02-07T00:00:00Z', new.what || ' ' || new.status);
    END;
    ${numbers(120)} INSERT INTO conversations SELECT 'c' || i, CASE i % 9 WHEN 0 THEN NULL ELSE 'Gespräch ' || i END, datetime('2026-02-07', '-' || i || ' hours') FROM n;
    ${numbers(2000)} INSERT INTO messages SELECT 'm' || i, 'c' || (1 + i % 120), CASE i % 2 WHEN 0 THEN 'user' ELSE 'assistant' END, 'message ' || i || hex(randomblob(100)), i FROM n;
    ${numbers(50)} INSERT INTO approvals (what) SELECT 'send mail ' || i FROM n;
    UPDATE approvals SET status = 'granted' WHERE id % 2;
    PRAGMA user_version = 4;`,
  );
  makeTree(configuration, {
    'config.toml': '[server]\nport = 3000\n',
    env: 'PISOVEREIGN_LOG=info\n',
    'backup.toml': '[s3]\nbucket = "pisovereign-backups"\nregion = "eu-central-1"\n',
  });
  makeTree(vault, {
    'core/_keyring': 'encrypted keyring',
    'core/_master': 'encrypted master key',
    'logical/0c9e/_secret one': 'an encrypted secret',
    'logical/0c9e/_secret two': 'another encrypted secret',
    'sys/policy/_default': 'path "secret/*" {}',
    'sys/token/id': null,
  });
  mkdirSync(dirname(disk), { recursive: true });
  writeFileSync(disk, diskImage('the whole system'));
  return {
    folder: root,
    database,
    configuration,
    vault,
    disk,
    grows: 'audit_log',
    commit: `INSERT INTO audit_log (at, what) VALUES (datetime('now'), 'a message was answered');`,
    mishap: `DELETE FROM messages WHERE conversation_id < 'c5'; UPDATE approvals SET status = 'granted'; DROP INDEX messages_by_conversation;`,
    spoilFiles: () => {
      writeFileSync(join(configuration, 'config.toml'), '[server]\nport = 80\n');
      rmSync(join(configuration, 'env'));
      rmSync(join(vault, 'core'), { recursive: true });
      writeFileSync(join(vault, 'sys/policy/_default'), 'path "*" {}');
      writeFileSync(disk, diskImage('a fresh system'));
    },
  };
}

const BLOCK = 4096;

/** Three megabytes of disk: a block in four is written on, the others are empty. */
function diskImage(system: string): Buffer {
  const image = Buffer.alloc(3 << 20);
  for (let at = 0; at < image.length; at += 4 * BLOCK) image.fill(`${system} ${at} `, at, at + BLOCK);
  return image;
}
