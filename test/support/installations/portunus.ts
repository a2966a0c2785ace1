import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Installation, makeLive, numbers } from './installation.ts';

/** The newest migration that this Portunus knows. */
export const PORTUNUS_SCHEMA = 12;

/** Portunus: a data folder with its state, which marks itself as in use, and files that are no state. */
export function installPortunus(folder: string): Installation {
  const database = join(folder, 'state.db');
  makeLive(
    { database },
    `CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL);
    ${numbers(PORTUNUS_SCHEMA)} INSERT INTO schema_migrations SELECT i, '2026-05-08T12:00:' || printf('%02d', i) || 'Z' FROM n;
    CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE, role TEXT NOT NULL CHECK (role IN ('superadmin', 'user'))) WITHOUT ROWID;
    CREATE TABLE tokens (hash BLOB PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE, expires_at INTEGER) WITHOUT ROWID;
    CREATE TABLE rules (
      id INTEGER PRIMARY KEY, owner TEXT NOT NULL REFERENCES users(id), listen_port INTEGER NOT NULL, target TEXT NOT NULL,
      protocol TEXT NOT NULL DEFAULT 'tcp', UNIQUE (listen_port, protocol)
    );
    CREATE TABLE traffic (rule_id INTEGER NOT NULL REFERENCES rules(id) ON DELETE CASCADE, minute INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL);
    CREATE INDEX traffic_by_minute ON traffic(rule_id, minute);
    CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL);
    CREATE TRIGGER rules_are_audited AFTER DELETE ON rules BEGIN
      INSERT INTO audit (at, what) VALUES ('2026-05-08T12:34:56Z', 'rule ' || old.id || ' of ' || old.owner || ' removed');
    END;
    ${numbers(40)} INSERT INTO users SELECT 'u' || i, 'User ' || i, CASE i WHEN 1 THEN 'superadmin' ELSE 'user' END FROM n;
    ${numbers(80)} INSERT INTO tokens SELECT randomblob(32), 'u' || (1 + i % 40), CASE i % 3 WHEN 0 THEN NULL ELSE 1800000000 + i END FROM n;
    ${numbers(200)} INSERT INTO rules (owner, listen_port, target) SELECT 'u' || (1 + i % 40), 10000 + i, '10.0.0.' || i || ':443' FROM n;
    ${numbers(8000)} INSERT INTO traffic SELECT 1 + i % 200, i / 200, i * 1000, i * 999999999 FROM n;`,
  );
  for (const [name, text] of Object.entries({
    'state.db.lock': '4711\n',
    'server.toml': '[listen]\ncontrol = "0.0.0.0:7443"\n',
    'server.crt': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    'server.key': '-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n',
  }))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  return {
    folder,
    database,
    grows: 'traffic',
    commit: 'INSERT INTO traffic SELECT 7, max(minute) + 1, 1, 2 FROM traffic;',
    mishap: `DELETE FROM rules WHERE id % 2; UPDATE users SET role = 'user'; DELETE FROM tokens;`,
  };
}
