import { join } from 'node:path';
import { z } from 'zod';
import { SnapshotAttachedFile } from '../../../../src-shared/model/attached-file.ts';
import { DatabaseEncryption } from '../../../../src-shared/model/database-encryption.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import { Snapshot, SnapshotCopy, type SnapshotSummary } from '../../../../src-shared/model/snapshot.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import { VerificationLevel } from '../../../../src-shared/model/verification.ts';
import { missingInWords } from '../../../../src-shared/words/incomplete.ts';
import { totalRows } from '../../../../src-shared/words/table-rows.ts';
import { flag, json } from '../table.ts';

/** A row of the table of snapshots, as it is written. */
export const NewSnapshotRow = z.object({
  ...Snapshot.pick({
    id: true,
    origin: true,
    serviceId: true,
    planId: true,
    planName: true,
    sourceKind: true,
    sourcePath: true,
    name: true,
    createdAt: true,
    sizeBytes: true,
    imageBytes: true,
    compression: true,
    trigger: true,
    sha256: true,
    userVersion: true,
    encrypted: true,
  }).shape,
  tableCount: z.int(),
  rowCount: z.int(),
  attachedFiles: json(z.array(SnapshotAttachedFile)),
  contentBytes: z.number(),
  diskBytes: z.number(),
  incomplete: flag,
  pinned: flag,
  databaseEncryption: json(DatabaseEncryption).nullable(),
});

/** What a verification brings, as it is kept with what it read. */
const NewestVerification = z.object({
  verifiedAt: Instant.nullable(),
  valid: flag.nullable(),
  level: VerificationLevel.nullable(),
});

/** A row of the table of snapshots, with its newest verification. */
export const SnapshotRow = z.object({
  ...NewSnapshotRow.shape,
  ...NewestVerification.shape,
  number: z.int(),
  verificationMessage: z.string().nullable(),
  verificationExcept: z.string().nullable(),
});
export type SnapshotRow = z.output<typeof SnapshotRow>;

/** A copy of a snapshot, with its destination and the newest verification that read it. */
export const StoredCopyRow = z.object({
  snapshotId: z.string(),
  destinationId: z.string(),
  name: z.string(),
  kind: SnapshotCopy.shape.kind,
  path: z.string().nullable(),
  own: flag,
  /** What its file is called there. */
  fileName: z.string(),
  state: SnapshotCopy.shape.state,
  at: Instant,
  message: z.string().nullable(),
  ...NewestVerification.shape,
});
export type StoredCopyRow = z.output<typeof StoredCopyRow>;

/** Where a snapshot is: at people's destinations, and on this machine. */
interface CopySummary {
  copies: SnapshotCopy[];
  path: string | null;
  missing: boolean;
}

/** What a row says, without the tables. @param copyRows its copies, the nearest first */
export function toSummary(row: SnapshotRow, copyRows: readonly StoredCopyRow[]): SnapshotSummary {
  const { copies, path, missing } = summarizeCopies(copyRows);
  const { attachedFiles } = row;
  const sum = (of: (attachedFile: SnapshotAttachedFile) => number): number =>
    attachedFiles.reduce((total, attachedFile) => total + of(attachedFile), row.sizeBytes);
  const { number: order, verifiedAt, valid, level, ...rest } = row;
  const { verificationMessage, verificationExcept, contentBytes: _content, ...known } = rest;
  return {
    ...known,
    order,
    path,
    copies,
    missing,
    verification: {
      level: level ?? 'none',
      valid: verifiedOf(valid, level),
      at: verifiedAt,
      message: verificationMessage ?? 'Not verified yet.',
      except: verificationExcept,
    },
    incomplete: missingInWords(attachedFiles),
    apparentBytes: sum(({ bytes }) => bytes),
    diskBytes: sum(({ diskBytes }) => diskBytes),
  };
}

/** Expects the nearest first. */
function summarizeCopies(rows: readonly StoredCopyRow[]): CopySummary {
  const copies: SnapshotCopy[] = [];
  const paths: Partial<Record<SnapshotCopy['state'], string>> = {};
  for (const row of rows) {
    if (row.kind === 'folder' && row.path !== null) paths[row.state] ??= join(row.path, row.fileName);
    if (row.own) continue;
    copies.push({
      destinationId: row.destinationId,
      destinationName: row.name,
      kind: row.kind,
      name: row.fileName,
      state: row.state,
      at: row.at,
      message: row.message,
      verifiedAt: row.verifiedAt,
      valid: verifiedOf(row.valid, row.level),
    });
  }
  const missing = !rows.some(({ state }) => state === 'stored');
  return { copies, missing, path: paths.stored ?? (missing ? paths.missing : null) ?? null };
}

/** What a row and its manifest say. @param copyRows its copies, the nearest first */
export function toSnapshot(
  row: SnapshotRow,
  copyRows: readonly StoredCopyRow[],
  manifest: Manifest | undefined,
): Snapshot {
  const { tableCount: _tableCount, rowCount: _rowCount, ...summary } = toSummary(row, copyRows);
  return { ...summary, tables: manifest?.database?.tables ?? [], takenWith: manifest?.takenWith ?? [] };
}

/** What is whole but encrypted, and could not be opened, is as unverified as what was never looked at. */
export function verifiedOf(valid: boolean | null, level: VerificationLevel | null): boolean | null {
  return valid === true && level === 'none' ? null : valid;
}

/** What the table of snapshots says of one. */
export function toRow(
  manifest: Manifest,
  { origin, planId }: Pick<SnapshotRow, 'origin' | 'planId'>,
): z.output<typeof NewSnapshotRow> {
  const tables = manifest.database?.tables ?? [];
  const attachedFiles = z.array(SnapshotAttachedFile).parse(manifest.attachedFiles);
  return {
    id: manifest.id,
    origin,
    serviceId: manifest.service?.id ?? null,
    planId,
    planName: manifest.plan.name,
    sourceKind: manifest.method === 'files' ? 'files' : 'database',
    sourcePath: manifest.source.path,
    name: manifest.name,
    createdAt: manifest.createdAt,
    sizeBytes: manifest.stored.bytes,
    imageBytes: manifest.image.bytes,
    compression: manifest.compression,
    trigger: manifest.trigger,
    sha256: manifest.stored.sha256,
    userVersion: manifest.database?.userVersion ?? 0,
    tableCount: tables.length,
    rowCount: totalRows(tables),
    attachedFiles,
    contentBytes: attachedFiles.reduce((sum, { bytes }) => sum + bytes, manifest.image.bytes),
    diskBytes: attachedFiles.reduce((sum, { diskBytes }) => sum + diskBytes, manifest.stored.bytes),
    incomplete: missingInWords(attachedFiles) !== null,
    pinned: manifest.trigger === 'before-restore',
    databaseEncryption: manifest.databaseEncryption,
    encrypted: manifest.encryption?.kind ?? null,
  };
}
