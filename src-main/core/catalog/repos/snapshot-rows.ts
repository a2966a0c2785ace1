import { join } from 'node:path';
import { z } from 'zod';
import { SnapshotAttachedFile } from '../../../../src-shared/model/attached-file.ts';
import { DatabaseEncryption } from '../../../../src-shared/model/database-encryption.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { Snapshot, SnapshotCopy, SnapshotSummary } from '../../../../src-shared/model/snapshot.ts';
import type { Compression } from '../../../../src-shared/model/values.ts';
import { missingInWords } from '../../../../src-shared/words/incomplete.ts';

/** A row of the table of snapshots, with its newest verification. */
export interface SnapshotRow {
  number: number;
  id: string;
  origin: Snapshot['origin'];
  service_id: string | null;
  plan_id: string | null;
  plan_name: string;
  source_path: string;
  name: string;
  created_at: string;
  size_bytes: number;
  image_bytes: number;
  compression: Compression;
  trigger: Snapshot['trigger'];
  sha256: string;
  user_version: number;
  table_count: number;
  row_count: number;
  pinned: number;
  database_encryption: string | null;
  encrypted: Snapshot['encrypted'];
  source_kind: Snapshot['sourceKind'];
  attached_files: string;
  verification_at: string | null;
  verification_valid: number | null;
  verification_level: Snapshot['verification']['level'] | null;
  verification_message: string | null;
  verification_except: string | null;
}

/** A copy of a snapshot, with its destination and the newest verification that read it. */
export interface PlaceRow {
  snapshot_id: string;
  destination_id: string;
  name: string;
  kind: SnapshotCopy['kind'];
  path: string | null;
  own: number;
  state: SnapshotCopy['state'];
  at: string;
  message: string | null;
  verified_at: string | null;
  valid: number | null;
  level: Snapshot['verification']['level'] | null;
}

/** Where a snapshot is: at people's destinations, and on this machine. */
interface Places {
  copies: SnapshotCopy[];
  folder: string | null;
  missing: boolean;
}

/** What a row says, without the tables. @param placeRows its copies, the nearest first */
export function toSummary(row: SnapshotRow, placeRows: readonly PlaceRow[]): SnapshotSummary {
  const { copies, folder, missing } = toPlaces(placeRows);
  const attachedFiles = z.array(SnapshotAttachedFile).parse(JSON.parse(row.attached_files));
  const sum = (of: (attachedFile: SnapshotAttachedFile) => number): number =>
    attachedFiles.reduce((total, attachedFile) => total + of(attachedFile), row.size_bytes);
  return {
    id: row.id,
    order: row.number,
    origin: row.origin,
    serviceId: row.service_id,
    planId: row.plan_id,
    planName: row.plan_name,
    sourceKind: row.source_kind,
    sourcePath: row.source_path,
    name: row.name,
    path: folder === null ? null : join(folder, row.name),
    copies,
    createdAt: row.created_at,
    sizeBytes: row.size_bytes,
    imageBytes: row.image_bytes,
    compression: row.compression,
    trigger: row.trigger,
    sha256: row.sha256,
    userVersion: row.user_version,
    pinned: row.pinned === 1,
    missing,
    databaseEncryption:
      row.database_encryption === null ? null : DatabaseEncryption.parse(JSON.parse(row.database_encryption)),
    encrypted: row.encrypted,
    verification: {
      level: row.verification_level ?? 'none',
      valid: verifiedOf(row.verification_valid, row.verification_level),
      at: row.verification_at,
      message: row.verification_message ?? 'Not verified yet.',
      except: row.verification_except,
    },
    attachedFiles,
    incomplete: missingInWords(attachedFiles),
    apparentBytes: sum(({ bytes }) => bytes),
    diskBytes: sum(({ diskBytes }) => diskBytes),
    tableCount: row.table_count,
    rowCount: row.row_count,
  };
}

/** Expects the nearest first. */
function toPlaces(rows: readonly PlaceRow[]): Places {
  const copies: SnapshotCopy[] = [];
  const folders: Partial<Record<SnapshotCopy['state'], string>> = {};
  for (const row of rows) {
    if (row.kind === 'folder' && row.path !== null) folders[row.state] ??= row.path;
    if (row.own === 1) continue;
    copies.push({
      destinationId: row.destination_id,
      destinationName: row.name,
      kind: row.kind,
      state: row.state,
      at: row.at,
      message: row.message,
      verifiedAt: row.verified_at,
      valid: verifiedOf(row.valid, row.level),
    });
  }
  const missing = !rows.some(({ state }) => state === 'stored');
  return { copies, missing, folder: folders.stored ?? (missing ? folders.missing : null) ?? null };
}

/** What a row and its manifest say. @param placeRows its copies, the nearest first */
export function toSnapshot(row: SnapshotRow, placeRows: readonly PlaceRow[], manifest: Manifest | undefined): Snapshot {
  const { tableCount: _tableCount, rowCount: _rowCount, ...summary } = toSummary(row, placeRows);
  return { ...summary, tables: manifest?.database?.tables ?? [], takenWith: manifest?.takenWith ?? [] };
}

/** What is whole but encrypted, and could not be opened, is as unverified as what was never looked at. */
function verifiedOf(valid: number | null, level: Snapshot['verification']['level'] | null): boolean | null {
  return valid === null || (valid === 1 && level === 'none') ? null : valid === 1;
}
