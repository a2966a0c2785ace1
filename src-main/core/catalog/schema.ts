/** The number of the schema below, kept as the catalog's `user_version`. */
export const SCHEMA_VERSION = 1;

/** Adds a run to the backups of its day, or takes it away. */
const counted = (run: 'old' | 'new', change: 1 | -1): string => `
    INSERT INTO backup_days
      SELECT ${run}.plan_id, ${run}.day, ${run}.state, coalesce(${run}.valid, -1), ${run}.incomplete, ${change}
      WHERE ${run}.day IS NOT NULL AND ${run}.plan_id IS NOT NULL
      ON CONFLICT DO UPDATE SET count = count + excluded.count;`;
const forgotten = 'DELETE FROM backup_days WHERE plan_id = old.plan_id AND day = old.day AND count = 0;';

/**
 * The tables of the catalog. `number` columns count the order in which rows were taken in: they are never given out
 * again, and stand in for clocks, which may be wrong.
 */
export const SCHEMA = `
  CREATE TABLE plans (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    source_kind TEXT NOT NULL,
    source_path TEXT NOT NULL,
    name_pattern TEXT NOT NULL,
    compression TEXT NOT NULL,
    method TEXT NOT NULL,
    schedule TEXT NOT NULL,
    time_zone TEXT,
    retention TEXT NOT NULL,
    verify_after_backup INTEGER NOT NULL,
    restore_test TEXT NOT NULL,
    paused TEXT,
    key TEXT,
    encryption TEXT,
    schema_version TEXT,
    lock_files TEXT NOT NULL,
    attached_files TEXT NOT NULL,
    "group" TEXT,
    tags TEXT NOT NULL,
    history TEXT NOT NULL,
    same_instant INTEGER NOT NULL,
    time_limit_minutes INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE destinations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    settings TEXT NOT NULL,
    own INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_test TEXT,
    marker_id TEXT,
    checked_at TEXT,
    reached_at TEXT,
    listed_at TEXT,
    problem TEXT
  ) STRICT;

  CREATE TABLE source_checks (
    plan_id TEXT PRIMARY KEY REFERENCES plans(id) ON DELETE CASCADE,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE plan_destinations (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id),
    position INTEGER NOT NULL,
    retention TEXT,
    PRIMARY KEY (plan_id, destination_id)
  ) STRICT;

  CREATE TABLE snapshots (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL CHECK (origin IN ('own', 'imported')),
    service_id TEXT,
    plan_id TEXT REFERENCES plans(id) ON DELETE SET NULL,
    plan_name TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_path TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    image_bytes INTEGER NOT NULL,
    compression TEXT NOT NULL,
    trigger TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    user_version INTEGER NOT NULL,
    table_count INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    attached_files TEXT NOT NULL,
    content_bytes INTEGER NOT NULL,
    disk_bytes INTEGER NOT NULL,
    incomplete INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    database_encryption TEXT,
    encrypted TEXT,
    -- Its newest verification, wherever it read.
    verified_at TEXT,
    valid INTEGER,
    level TEXT,
    verification_message TEXT,
    verification_except TEXT,
    once_verified INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  -- With all that retention looks at.
  CREATE INDEX snapshots_by_plan ON snapshots(plan_id, number, id, disk_bytes, origin, created_at, trigger, pinned,
    incomplete, valid, level);
  CREATE INDEX snapshots_by_plan_and_date ON snapshots(plan_id, created_at);
  CREATE INDEX snapshots_by_date ON snapshots(created_at);
  CREATE INDEX snapshots_by_name ON snapshots(name);
  CREATE INDEX snapshots_by_size ON snapshots(size_bytes);
  CREATE INDEX snapshots_by_encryption ON snapshots(plan_id, database_encryption, encrypted, number)
    WHERE (database_encryption IS NOT NULL OR encrypted IS NOT NULL) AND trigger <> 'before-restore';

  CREATE TABLE manifests (
    snapshot_id TEXT PRIMARY KEY REFERENCES snapshots(id) ON DELETE CASCADE,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE snapshot_copies (
    snapshot_id TEXT NOT NULL REFERENCES snapshots(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    message TEXT,
    -- How it is described there, and what it is called in that; NULL: as where it was stored first.
    manifest TEXT,
    name TEXT,
    -- The newest verification that read this copy.
    verified_at TEXT,
    valid INTEGER,
    level TEXT,
    -- As its snapshot says; kept here by the triggers below, so that copies are counted by an index alone.
    plan_id TEXT,
    disk_bytes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (snapshot_id, destination_id)
  ) STRICT;
  CREATE INDEX copies_by_snapshot ON snapshot_copies(snapshot_id, state);
  CREATE INDEX copies_by_destination ON snapshot_copies(destination_id, state, plan_id, disk_bytes);
  CREATE INDEX copies_by_name ON snapshot_copies(name) WHERE name IS NOT NULL;
  CREATE INDEX copies_by_state ON snapshot_copies(state, destination_id);
  CREATE INDEX copies_by_plan ON snapshot_copies(plan_id, destination_id, state, disk_bytes);
  CREATE TRIGGER copy_of_snapshot AFTER INSERT ON snapshot_copies BEGIN
    UPDATE snapshot_copies SET (plan_id, disk_bytes) = (SELECT plan_id, disk_bytes FROM snapshots WHERE id = new.snapshot_id)
    WHERE snapshot_id = new.snapshot_id AND destination_id = new.destination_id;
  END;
  CREATE TRIGGER copies_follow_plan AFTER UPDATE OF plan_id ON snapshots BEGIN
    UPDATE snapshot_copies SET plan_id = new.plan_id WHERE snapshot_id = new.id;
  END;

  -- What a person deleted and can still put back: how long it has been there, counted by looks at the clock.
  CREATE TABLE trash (
    snapshot_id TEXT NOT NULL,
    destination_id TEXT NOT NULL,
    deleted_at TEXT NOT NULL,
    age_ms INTEGER NOT NULL,
    looked_at TEXT NOT NULL,
    PRIMARY KEY (snapshot_id, destination_id),
    FOREIGN KEY (snapshot_id, destination_id) REFERENCES snapshot_copies(snapshot_id, destination_id) ON DELETE CASCADE
  ) STRICT;

  -- How long restores have kept what they replaced, counted by looks at the clock.
  CREATE TABLE safety_ages (kept TEXT PRIMARY KEY, age_ms INTEGER NOT NULL, looked_at TEXT NOT NULL) STRICT;

  CREATE TABLE storage_days (
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    stored_bytes INTEGER NOT NULL,
    free_bytes INTEGER,
    total_bytes INTEGER,
    PRIMARY KEY (destination_id, day)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE plan_storage_days (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    stored_bytes INTEGER NOT NULL,
    PRIMARY KEY (plan_id, day)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE begun_copies (
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    snapshot_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (destination_id, snapshot_id)
  ) STRICT;

  CREATE TABLE verifications (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    snapshot_id TEXT NOT NULL REFERENCES snapshots(id) ON DELETE CASCADE,
    destination_id TEXT,
    at TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX verifications_by_snapshot ON verifications(snapshot_id, number);

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    plan_id TEXT,
    queued_at TEXT NOT NULL,
    finished_at TEXT,
    -- Of backups: the calendar day on which it finished, what its verification found, and whether something was left out.
    day TEXT,
    valid INTEGER,
    incomplete INTEGER NOT NULL,
    leftovers TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_time ON runs(queued_at);
  CREATE INDEX runs_by_plan ON runs(plan_id, number, queued_at);
  CREATE INDEX runs_by_kind ON runs(kind, number);
  CREATE INDEX runs_by_state ON runs(plan_id, kind, state, number);
  CREATE INDEX runs_unfinished ON runs(number) WHERE state IN ('queued', 'running') OR leftovers IS NOT NULL;

  -- How many backups of a plan ended in one way on one day, kept by the triggers below; \`valid\` is -1 where nothing was
  -- verified.
  CREATE TABLE backup_days (
    plan_id TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    valid INTEGER NOT NULL,
    incomplete INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (plan_id, day, state, valid, incomplete)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER backup_ended AFTER INSERT ON runs WHEN new.day IS NOT NULL AND new.plan_id IS NOT NULL BEGIN
    ${counted('new', 1)}
  END;
  CREATE TRIGGER backup_amended AFTER UPDATE OF plan_id, day, state, valid, incomplete ON runs BEGIN
    ${counted('old', -1)}
    ${forgotten}
    ${counted('new', 1)}
  END;
  CREATE TRIGGER backup_forgotten AFTER DELETE ON runs WHEN old.day IS NOT NULL AND old.plan_id IS NOT NULL BEGIN
    ${counted('old', -1)}
    ${forgotten}
  END;

  CREATE TABLE run_log (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX run_log_by_run ON run_log(run_id, id);

  CREATE TABLE restore_tests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX restore_tests_by_plan ON restore_tests(plan_id, number);

  CREATE TABLE recoveries (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    service_id TEXT NOT NULL,
    former_plan_id TEXT NOT NULL,
    newest_at TEXT NOT NULL,
    PRIMARY KEY (plan_id, service_id, former_plan_id)
  ) STRICT;

  CREATE TABLE schedule_states (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    job TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plan_id, job)
  ) STRICT;

  CREATE TABLE prune_states (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    PRIMARY KEY (plan_id, destination_id)
  ) STRICT;

  CREATE TABLE alert_states (
    plan_id TEXT PRIMARY KEY REFERENCES plans(id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    told_at TEXT
  ) STRICT;

  CREATE TABLE alert_queue (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    alert TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- How long it has waited, counted by looks at the clock.
    age_ms INTEGER NOT NULL,
    looked_at TEXT NOT NULL,
    last_error TEXT
  ) STRICT;

  -- Paths are JSON texts: a name that is not UTF-8 has no other exact text.
  CREATE TABLE found_databases (
    path TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    run_id TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE ignored_databases (path TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;

  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE secrets (name TEXT PRIMARY KEY, encrypted BLOB NOT NULL, used_at TEXT NOT NULL) STRICT;

  CREATE TABLE plan_secrets (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    name TEXT NOT NULL REFERENCES secrets(name),
    since TEXT NOT NULL,
    PRIMARY KEY (plan_id, name)
  ) STRICT;

  -- The record of a plan's database by points in time; "number" stands for the id in the many rows of points.
  CREATE TABLE histories (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    plan_id TEXT UNIQUE REFERENCES plans(id) ON DELETE SET NULL,
    page_size INTEGER NOT NULL,
    newest_txid INTEGER NOT NULL,
    newest_root TEXT,
    encrypted_with TEXT,
    looked_at TEXT,
    capture_ms INTEGER,
    journal_mode TEXT,
    writer TEXT,
    -- The name of its folder at each destination.
    folder TEXT NOT NULL,
    -- Why nothing is pruned until a person reviews it, and the newest point then; those before are compared no more.
    brake TEXT,
    reviewed_txid INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE history_destinations (
    history_id TEXT NOT NULL REFERENCES histories(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    -- The newest points whose file, and whose line, is stored there.
    file_txid INTEGER NOT NULL,
    line_txid INTEGER NOT NULL,
    problem TEXT,
    PRIMARY KEY (history_id, destination_id)
  ) STRICT, WITHOUT ROWID;
  -- Merged files that were read back after they were stored: what they replace may go.
  CREATE TABLE merged_files (
    history_id TEXT NOT NULL REFERENCES histories(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    level INTEGER NOT NULL,
    min INTEGER NOT NULL,
    max INTEGER NOT NULL,
    PRIMARY KEY (history_id, destination_id, level, min, max)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE point_schemas (
    number INTEGER PRIMARY KEY,
    history INTEGER NOT NULL REFERENCES histories(number) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    tables TEXT NOT NULL,
    UNIQUE (history, hash, tables)
  ) STRICT;

  CREATE TABLE points (
    history INTEGER NOT NULL REFERENCES histories(number) ON DELETE CASCADE,
    txid INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    changed_pages INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    root_hash BLOB NOT NULL,
    schema INTEGER NOT NULL,
    rows BLOB,
    events INTEGER NOT NULL,
    since_look_ms INTEGER,
    pinned INTEGER NOT NULL,
    verified_at INTEGER,
    level TEXT,
    valid INTEGER,
    PRIMARY KEY (history, txid)
  ) STRICT, WITHOUT ROWID;
  -- With all that a timeline shows.
  CREATE INDEX points_by_time ON points(history, made_at, changed_pages, events);
  CREATE INDEX points_with_events ON points(history, made_at) WHERE events <> 0;
`;
