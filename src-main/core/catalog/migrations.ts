import type { Database } from '../engine/open-database.ts';
import { introduceDestinations } from './destinations-migration.ts';

/** One step: statements, or what statements alone cannot do. Foreign keys are off while it is made. */
type Migration = string | ((catalog: Database) => void);

/**
 * The steps that bring a catalog up to date, in order; a catalog's `user_version` is the number of steps it has had.
 * A step that has been released is never changed: add another.
 */
export const migrations: readonly Migration[] = [
  `
  CREATE TABLE plans (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    source_path TEXT NOT NULL,
    destination_path TEXT NOT NULL,
    compression TEXT NOT NULL,
    keep_last INTEGER,
    verify_after_backup INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY,
    plan_id TEXT REFERENCES plans(id) ON DELETE SET NULL,
    plan_name TEXT NOT NULL,
    source_path TEXT NOT NULL,
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    image_bytes INTEGER NOT NULL,
    compression TEXT NOT NULL,
    trigger TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    user_version INTEGER NOT NULL,
    tables TEXT NOT NULL,
    table_count INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    UNIQUE (folder, name)
  ) STRICT;
  CREATE INDEX snapshots_by_plan ON snapshots(plan_id, created_at);

  CREATE TABLE verifications (
    id INTEGER PRIMARY KEY,
    snapshot_id TEXT NOT NULL REFERENCES snapshots(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    valid INTEGER NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX verifications_by_snapshot ON verifications(snapshot_id, id);

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    plan_id TEXT,
    queued_at TEXT NOT NULL,
    finished_at TEXT,
    body TEXT NOT NULL,
    leftovers TEXT
  ) STRICT;
  CREATE INDEX runs_by_time ON runs(queued_at);
  CREATE INDEX runs_by_plan ON runs(plan_id, queued_at);

  CREATE TABLE run_log (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX run_log_by_run ON run_log(run_id, id);

  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  ALTER TABLE plans ADD COLUMN retention TEXT NOT NULL DEFAULT '{"keepLast":null}';
  UPDATE plans SET retention = json_object('keepLast', keep_last);
  ALTER TABLE plans DROP COLUMN keep_last;
  ALTER TABLE plans ADD COLUMN schedule TEXT NOT NULL DEFAULT '{"kind":"manual"}';
  ALTER TABLE plans ADD COLUMN time_zone TEXT;
  ALTER TABLE plans ADD COLUMN drill TEXT NOT NULL DEFAULT '{"schedule":{"kind":"manual"},"withinDays":null,"checks":[]}';
  ALTER TABLE plans ADD COLUMN paused TEXT;

  CREATE TABLE schedule_states (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    job TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plan_id, job)
  ) STRICT;

  CREATE TABLE alert_states (
    plan_id TEXT PRIMARY KEY REFERENCES plans(id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    told_at TEXT
  ) STRICT;

  CREATE TABLE drills (
    run_id TEXT PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX drills_by_plan ON drills(plan_id, at);

  CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;

  UPDATE runs SET body = json_set(body, '$.slot', NULL);
  `,
  `
  ALTER TABLE plans ADD COLUMN key TEXT;
  ALTER TABLE snapshots ADD COLUMN encryption TEXT;
  CREATE TABLE database_keys (fingerprint TEXT PRIMARY KEY, sealed BLOB NOT NULL, used_at TEXT NOT NULL) STRICT;
  `,
  introduceDestinations,
  `
  CREATE TABLE seal_secrets (
    fingerprint TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL,
    used_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE plan_seal_secrets (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL REFERENCES seal_secrets(fingerprint),
    since TEXT NOT NULL,
    PRIMARY KEY (plan_id, fingerprint)
  ) STRICT;
  `,
  `
  CREATE TABLE begun_copies (
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (destination_id, name)
  ) STRICT;
  `,
  `
  ALTER TABLE plans ADD COLUMN method TEXT NOT NULL DEFAULT 'online';
  ALTER TABLE plans ADD COLUMN schema_version TEXT;
  ALTER TABLE plans ADD COLUMN lock_files TEXT NOT NULL DEFAULT '[]';
  `,
  `
  CREATE TABLE adopted_snapshots (
    snapshot_id TEXT PRIMARY KEY REFERENCES snapshots(id) ON DELETE CASCADE,
    manifest TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE plans ADD COLUMN companions TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE plans ADD COLUMN plan_group TEXT;
  ALTER TABLE plans ADD COLUMN source_kind TEXT NOT NULL DEFAULT 'database';
  ALTER TABLE plans ADD COLUMN name_pattern TEXT NOT NULL DEFAULT '{plan}-{date}-{time}';

  CREATE TABLE snapshot_companions (
    snapshot_id TEXT PRIMARY KEY REFERENCES snapshots(id) ON DELETE CASCADE,
    body TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE snapshots ADD COLUMN source_kind TEXT NOT NULL DEFAULT 'database';
  `,
];
