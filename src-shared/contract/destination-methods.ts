import { z } from 'zod';
import {
  DestinationName,
  DestinationSecretsInput,
  DestinationSettings,
  DestinationSummary,
  HostKey,
  ReattachPreview,
  SelfTestReport,
} from '../model/destination.ts';
import { FolderListing } from '../model/folder-listing.ts';
import { BackupDescription, FoundBackups, ImportPath } from '../model/import.ts';
import { Plan } from '../model/plan.ts';
import { PlanRecovery, RecoveryScan } from '../model/recovery.ts';
import { RecoveryKit, RecoveryKitState } from '../model/recovery-kit.ts';
import { FileIdentity } from '../model/restore.ts';
import { Run } from '../model/run.ts';
import { SourceDescription } from '../model/source.ts';
import { FilePath } from '../model/values.ts';
import { key, nothing, started } from './params.ts';

const chosenDestination = z.union([z.strictObject({ destinationId: z.uuid() }), z.strictObject({ path: FilePath })]);
const importOrder = {
  files: z.array(ImportPath).min(1).max(20_000).optional(),
  planId: z.uuid().optional(),
  /** What the plan will be called that they are for; without it, what their names say. */
  newPlanName: z.string().trim().min(1).max(80).optional(),
  key,
};
const chosen = z.object({ path: FilePath.nullable() });

/** Places: sources, destinations, files of this machine, and what other programs have left. */
export const destinationMethods = {
  'destinations.list': { params: nothing, result: z.array(DestinationSummary) },
  /**
   * Adds a destination, or changes the one of `destinationId`, after a self-test. One that does not pass is saved only
   * with `saveAnyway`; `destination` is then `null` otherwise, and nothing has changed.
   */
  'destinations.save': {
    params: z.strictObject({
      destinationId: z.uuid().optional(),
      name: DestinationName,
      settings: DestinationSettings,
      secrets: DestinationSecretsInput.optional(),
      saveAnyway: z.boolean().optional(),
    }),
    result: z.object({ destination: DestinationSummary.nullable(), report: SelfTestReport }),
  },
  /** Writes, lists, reads back and deletes a small file; the report is kept. */
  'destinations.test': { params: z.strictObject({ destinationId: z.uuid() }), result: SelfTestReport },
  /** What is at the place of a destination now, for a person to decide whether it is that destination. */
  'destinations.previewReattach': { params: z.strictObject({ destinationId: z.uuid() }), result: ReattachPreview },
  /** Takes what is there for the destination from now on: its marker is taken over, or a new one written. */
  'destinations.reattach': {
    params: z.strictObject({ destinationId: z.uuid(), confirmation: z.string() }),
    result: DestinationSummary,
  },
  /** Forgets a destination and its secrets; its files stay. Refused while a plan stores to it. */
  'destinations.remove': {
    params: z.strictObject({ destinationId: z.uuid() }),
    result: z.object({ snapshotsLeft: z.number().int() }),
  },
  /** The key an SSH host shows now, for a person to compare and pin. */
  'destinations.hostKey': {
    params: z.strictObject({ host: z.string().trim().min(1).max(255), port: z.number().int().min(1).max(65_535) }),
    result: z.object({ hostKey: HostKey }),
  },
  /** Tries now what waits to be copied to a destination; `run` is `null` when nothing does. */
  'destinations.catchUp': {
    params: z.strictObject({ destinationId: z.uuid() }),
    result: z.object({ run: Run.nullable() }),
  },
  /**
   * Reads the manifests at a destination, or in a folder, which becomes one: unknown snapshots are imported, and those
   * whose file has gone are marked as missing.
   */
  'destinations.rescan': {
    params: chosenDestination,
    result: started,
  },

  /** Reads what the manifests at a destination or in a folder tell of plans and snapshots. Nothing is entered. */
  'recoveries.scan': { params: chosenDestination, result: RecoveryScan },
  /**
   * Makes plans of what such a scan found, for a new machine or a lost catalog. The snapshots that are named become
   * this catalog's own; the others of these plans are imported.
   */
  'recoveries.apply': {
    params: z.union([
      z.strictObject({ destinationId: z.uuid(), plans: z.array(PlanRecovery).min(1).max(1000) }),
      z.strictObject({ path: FilePath, plans: z.array(PlanRecovery).min(1).max(1000) }),
    ]),
    result: z.object({ plans: z.array(Plan) }),
  },

  /** What is stored where and how to open it manually: no secret is in it. */
  'recoveryKit.make': { params: nothing, result: RecoveryKit },
  /** Whether the kit that was last saved still says what is true. */
  'recoveryKit.status': { params: nothing, result: RecoveryKitState },
  /** Writes the printable page and the text into a folder, never over a file, and remembers that it was saved. */
  'recoveryKit.save': {
    params: z.strictObject({ folder: FilePath }),
    result: z.object({ paths: z.array(FilePath) }),
  },
  /** A person has printed or downloaded it. */
  'recoveryKit.markSaved': { params: z.strictObject({ digest: z.string() }), result: RecoveryKitState },

  /** With a key, an encrypted database must open with it; without one, it is described as locked where no known one does. */
  'sources.describe': { params: z.strictObject({ path: FilePath, key }), result: SourceDescription },

  'files.identify': { params: z.strictObject({ path: FilePath }), result: FileIdentity },
  /** What is in a folder, folders first; without a path the home folder. For hosts without native pickers. */
  'files.list': { params: z.strictObject({ path: FilePath.optional() }), result: FolderListing },
  'files.reveal': { params: z.strictObject({ path: FilePath }), result: nothing },

  /** What other programs have left at a destination or in a folder: names, kinds, dates, and what is wrong. */
  'imports.list': { params: chosenDestination, result: FoundBackups },
  /** Reads one of these files in full; with a key, an encrypted one must open with it. */
  'imports.describe': {
    params: z.union([
      z.strictObject({ destinationId: z.uuid(), file: ImportPath, key }),
      z.strictObject({ path: FilePath, file: ImportPath, key }),
    ]),
    result: BackupDescription,
  },
  /**
   * Imports such files as snapshots, with manifests that are kept in the catalog alone: the files stay as they are.
   * Without `files`, all that can be. No retention counts or removes them; `planId` says where they are shown.
   */
  'imports.start': {
    params: z.union([
      z.strictObject({ destinationId: z.uuid(), ...importOrder }),
      z.strictObject({ path: FilePath, ...importOrder }),
    ]),
    result: started,
  },

  'dialogs.pickDatabase': { params: nothing, result: chosen },
  'dialogs.pickBackup': { params: nothing, result: chosen },
  'dialogs.pickFolder': { params: nothing, result: chosen },
  'dialogs.pickTarget': { params: z.strictObject({ suggestion: FilePath.optional() }), result: chosen },
} as const;
