import { randomUUID } from 'node:crypto';
import { destinationNameFrom, freeName } from '../../../src-shared/rules/destination-words.ts';
import type { Database } from '../engine/open-database.ts';

const TABLES = `
  CREATE TABLE destinations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    settings TEXT NOT NULL,
    own INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_test TEXT
  ) STRICT;

  CREATE TABLE plan_destinations (
    plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id),
    position INTEGER NOT NULL,
    retention TEXT,
    PRIMARY KEY (plan_id, destination_id)
  ) STRICT;

  CREATE TABLE snapshots_4 (
    id TEXT PRIMARY KEY,
    plan_id TEXT REFERENCES plans(id) ON DELETE SET NULL,
    plan_name TEXT NOT NULL,
    source_path TEXT NOT NULL,
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
    encryption TEXT,
    sealed TEXT
  ) STRICT;

  CREATE TABLE snapshot_copies (
    snapshot_id TEXT NOT NULL REFERENCES snapshots(id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL REFERENCES destinations(id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    message TEXT,
    PRIMARY KEY (snapshot_id, destination_id)
  ) STRICT;
  CREATE INDEX copies_by_destination ON snapshot_copies(destination_id, state);

  ALTER TABLE verifications ADD COLUMN destination_id TEXT;
`;

const MOVE_SNAPSHOTS = `
  INSERT INTO snapshots_4 SELECT id, plan_id, plan_name, source_path, name, created_at, size_bytes, image_bytes, compression,
    trigger, sha256, user_version, tables, table_count, row_count, pinned, encryption, NULL FROM snapshots;
  INSERT INTO snapshot_copies SELECT id, (SELECT id FROM destinations WHERE settings ->> '$.path' = folder),
    iif(missing, 'missing', 'stored'), created_at, NULL FROM snapshots;
  UPDATE verifications SET destination_id =
    (SELECT destination_id FROM snapshot_copies WHERE snapshot_copies.snapshot_id = verifications.snapshot_id);
  CREATE INDEX verifications_by_copy ON verifications(snapshot_id, destination_id, id);
  DROP TABLE snapshots;
  ALTER TABLE snapshots_4 RENAME TO snapshots;
  CREATE INDEX snapshots_by_plan ON snapshots(plan_id, created_at);
  CREATE INDEX snapshots_by_name ON snapshots(name);

  INSERT INTO plan_destinations SELECT p.id, d.id, 0, NULL FROM plans p JOIN destinations d ON d.settings ->> '$.path' = p.destination_path;
  ALTER TABLE plans DROP COLUMN destination_path;
  ALTER TABLE plans ADD COLUMN seal TEXT;

  UPDATE runs SET body = json_set(body, '$.destinationId', NULL);
  UPDATE runs SET body = json_set(body, '$.result.destinationName', NULL, '$.result.destinationId', NULL)
    WHERE body ->> '$.result.kind' = 'drill';
  UPDATE drills SET body = json_set(body, '$.destinationName', NULL, '$.destinationId', NULL);
`;

/**
 * Makes a destination of every folder that plans store to and snapshots lie in. Needs foreign keys to be off: the table
 * that others refer to is built anew.
 */
export function introduceDestinations(catalog: Database): void {
  catalog.exec(TABLES);
  const folders = catalog
    .prepare(
      `SELECT path, min(at) AS at FROM (
         SELECT destination_path AS path, created_at AS at FROM plans UNION ALL SELECT folder, created_at FROM snapshots
       ) GROUP BY path ORDER BY path`,
    )
    .all() as Array<{ path: string; at: string }>;
  const taken = new Set<string>();
  for (const { path, at } of folders) {
    const settings = { kind: 'folder' as const, path, bytesPerSecond: null };
    const name = freeName(destinationNameFrom(settings), (wanted) => taken.has(wanted.toLowerCase()));
    taken.add(name.toLowerCase());
    catalog
      .prepare('INSERT INTO destinations VALUES (?, ?, ?, 0, ?, ?, NULL)')
      .run(randomUUID(), name, JSON.stringify(settings), at, at);
  }
  catalog.exec(MOVE_SNAPSHOTS);
}
