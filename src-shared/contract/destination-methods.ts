import { z } from 'zod';
import {
  ComparedFolder,
  DestinationName,
  DestinationSecretsInput,
  DestinationSettings,
  DestinationSummary,
  HostKey,
  ReattachPreview,
  SelfTestReport,
  SuggestedFolder,
} from '../model/destination.ts';
import { FolderListing, UsualPlace } from '../model/folder-listing.ts';
import { Plan } from '../model/plan.ts';
import { PlanRecovery, RecoveryScan } from '../model/recovery/recovery.ts';
import { RecoveryKit, RecoveryKitState } from '../model/recovery/recovery-kit.ts';
import { FileIdentity } from '../model/restore/restore.ts';
import { Run } from '../model/run.ts';
import { SourceDescription } from '../model/source.ts';
import { SourceComparison } from '../model/source-comparison.ts';
import { DestinationStorage } from '../model/storage.ts';
import { BackupDescription, FoundBackups, ImportPath } from '../model/third-party/import.ts';
import { FilePath, Name } from '../model/values.ts';
import { key, nothing, started } from './params.ts';

const atChosen = <S extends z.ZodRawShape>(more: S) =>
  z.union([z.strictObject({ destinationId: z.uuid(), ...more }), z.strictObject({ path: FilePath, ...more })]);
const chosenDestination = atChosen({});
const importOrder = {
  files: z.array(ImportPath).min(1).max(20_000).optional(),
  planId: z.uuid().optional(),
  /** The name of the plan to show them under; without it, the one that their names say. */
  newPlanName: Name.optional(),
  key,
};
const chosen = z.object({ path: FilePath.nullable() });

/** Locations: sources, destinations, files of this machine, and what other programs have left. */
export const destinationMethods = {
  /** Lists all destinations with their states. */
  'destinations.list': {
    params: z.strictObject({ destinationIds: z.array(z.uuid()).max(1000).optional() }),
    result: z.array(DestinationSummary),
  },
  /** Returns what is stored at a destination by plan, and its use over time. Nothing is asked of the destination. */
  'destinations.storage': { params: z.strictObject({ destinationId: z.uuid() }), result: DestinationStorage },
  /**
   * Suggests folders on mounted disks and shares, and in the home folder, that could become destinations. Other disks than
   * those of the sources come first. Nothing is created.
   */
  'destinations.suggest': {
    params: z.strictObject({ sourcePaths: z.array(FilePath).max(100) }),
    result: z.array(SuggestedFolder),
  },
  /** Returns whether folders are on the disks of the sources, for folders that do not exist yet, too. */
  'destinations.compareDisks': {
    params: z.strictObject({ sourcePaths: z.array(FilePath).max(100), folders: z.array(FilePath).max(100) }),
    result: z.array(ComparedFolder),
  },
  /**
   * Adds a destination, or changes the one of `destinationId`, after a self-test. If the test fails, nothing is saved
   * and `destination` is `null`, unless `saveAnyway` is given. `create`: creates the bucket or folder of a new location first.
   */
  'destinations.save': {
    params: z.strictObject({
      destinationId: z.uuid().optional(),
      name: DestinationName,
      settings: DestinationSettings,
      secrets: DestinationSecretsInput.optional(),
      saveAnyway: z.boolean().optional(),
      create: z.boolean().optional(),
    }),
    result: z.object({ destination: DestinationSummary.nullable(), report: SelfTestReport }),
  },
  /** Runs the self-test: writes, lists, reads back and deletes a small file. */
  'destinations.test': { params: z.strictObject({ destinationId: z.uuid() }), result: SelfTestReport },
  /** Returns what is stored at a destination's location now, so that a person can decide whether it is that destination. */
  'destinations.previewReattach': { params: z.strictObject({ destinationId: z.uuid() }), result: ReattachPreview },
  /** Attaches a destination again: takes over the marker at its location, or writes a new one. */
  'destinations.reattach': {
    params: z.strictObject({ destinationId: z.uuid(), confirmation: z.string() }),
    result: DestinationSummary,
  },
  /** Removes a destination and its secrets; its files stay. Refused while a plan uses it. */
  'destinations.remove': {
    params: z.strictObject({ destinationId: z.uuid() }),
    result: z.object({ snapshotsLeft: z.number().int() }),
  },
  /** Brings a removed destination back, with its secrets and what was known of its snapshots, while the service that removed it runs. */
  'destinations.putBack': { params: z.strictObject({ destinationId: z.uuid() }), result: DestinationSummary },
  /** Returns the key that an SSH host shows now, for a person to compare. */
  'destinations.hostKey': {
    params: z.strictObject({ host: z.string().trim().min(1).max(255), port: z.number().int().min(1).max(65_535) }),
    result: z.object({ hostKey: HostKey }),
  },
  /** Starts a copy run for waiting and failed copies; `run` is `null` when there are none. */
  'destinations.catchUp': {
    params: z.strictObject({ destinationId: z.uuid() }),
    result: z.object({ run: Run.nullable() }),
  },
  /**
   * Reads the manifests at a destination, or in a folder, which becomes a destination. Unknown snapshots are imported;
   * snapshots whose file has disappeared are marked as missing. A file of another size is not valid, and a manifest that
   * has disappeared is written again.
   */
  'destinations.rescan': {
    params: chosenDestination,
    result: started,
  },

  /** Reads plans and snapshots from the manifests at a destination or in a folder. Nothing is changed. */
  'recoveries.scan': { params: chosenDestination, result: RecoveryScan },
  /**
   * Recovers plans that `recoveries.scan` has found, on a new machine or after the catalog was lost. The named snapshots
   * become the plans' own; the other snapshots of these plans are imported.
   */
  'recoveries.apply': {
    params: atChosen({ plans: z.array(PlanRecovery).min(1).max(1000) }),
    result: z.object({ plans: z.array(Plan) }),
  },

  /** Returns the recovery kit: where snapshots are stored and how to open them manually. It contains no secret. */
  'recoveryKit.make': { params: nothing, result: RecoveryKit },
  /** Returns whether the saved recovery kit is still up to date. */
  'recoveryKit.status': { params: nothing, result: RecoveryKitState },
  /** Saves the recovery kit as a printable page and as text into a folder, without overwriting files. */
  'recoveryKit.save': {
    params: z.strictObject({ folder: FilePath }),
    result: z.object({ paths: z.array(FilePath) }),
  },
  /** Marks the recovery kit as saved, after a person has printed or downloaded it. */
  'recoveryKit.markSaved': { params: z.strictObject({ digest: z.string() }), result: RecoveryKitState },

  /** Describes a database file. A given key must open it; without one, a database that no known key opens is described as locked. */
  'sources.describe': { params: z.strictObject({ path: FilePath, key }), result: SourceDescription },
  /** Describes a database file as `sources.describe` does, and compares it with the newest snapshot of a plan. */
  'sources.compare': {
    params: z.strictObject({ planId: z.uuid(), path: FilePath, key }),
    result: SourceComparison,
  },

  /** Returns what a file is, by its content, its manifest and the catalog. Nothing is unpacked. */
  'files.identify': { params: z.strictObject({ path: FilePath }), result: FileIdentity },
  /**
   * Lists the first 200 entries of a folder whose names contain `search`, folders first; without a path, the home folder.
   * `foldersOnly`: files are neither listed nor counted.
   */
  'files.list': {
    params: z.strictObject({
      path: FilePath.optional(),
      search: z.string().max(255).optional(),
      foldersOnly: z.boolean().default(false),
    }),
    result: FolderListing,
  },
  /** Returns folders to choose from: the home folder, those in which programs keep data, and mounted disks and shares. */
  'files.places': { params: nothing, result: z.array(UsualPlace) },
  /** Shows a file in the file manager. Desktop application only. */
  'files.reveal': { params: z.strictObject({ path: FilePath }), result: nothing },

  /** Lists the backups of other programs at a destination or in a folder, with what is wrong with them. */
  'imports.list': { params: chosenDestination, result: FoundBackups },
  /** Reads one of these files in full. A given key must open it. */
  'imports.describe': {
    params: atChosen({ file: ImportPath, key }),
    result: BackupDescription,
  },
  /**
   * Imports such files as snapshots; the files stay as they are. Without `files`, all that can be imported. No retention
   * counts or removes them; `planId` says where they are shown.
   */
  'imports.start': {
    params: z.union([
      z.strictObject({ destinationId: z.uuid(), ...importOrder }),
      z.strictObject({ path: FilePath, ...importOrder }),
    ]),
    result: started,
  },

  /** Opens a native dialog to choose a database. Desktop application only, as the three below. */
  'dialogs.pickDatabase': { params: nothing, result: chosen },
  /** Opens a native dialog to choose a backup file. */
  'dialogs.pickBackup': { params: nothing, result: chosen },
  /** Opens a native dialog to choose a folder. */
  'dialogs.pickFolder': { params: nothing, result: chosen },
  /** Opens a native dialog to choose the target of a restore. */
  'dialogs.pickTarget': { params: z.strictObject({ suggestion: FilePath.optional() }), result: chosen },
} as const;
