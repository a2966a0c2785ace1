import type { Params } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { KEEP_ALL, type PlanDestination, type RestoreTest, type Retention } from '../../../src-shared/model/plan.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { PlanDraft } from '../../../src-shared/model/third-party/template-use.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { attachedFileName } from '../../../src-shared/third-party/template-drafts.ts';
import {
  type AttachedFileDraft,
  attachedFileDraftsOf,
  attachedFileProblems,
  attachedFilesOf,
} from '../attached-files/attached-file-draft.ts';
import {
  type EncryptionDraft,
  encryptionDraftOf,
  encryptionOf,
  encryptionProblems,
  encryptionSecretsOf,
} from './encryption-draft.ts';
import { NO_PROGRAM, type ProgramDraft, programDraftOf, programOf, programProblems } from './program-draft.ts';

/** A new plan as it is typed. */
export interface PlanForm {
  sourceKind: SourceKind;
  /** Of the database. */
  sourcePath: string;
  key: KeyInput | null;
  /** `null`: the name that the source suggests. */
  name: string | null;
  /** Empty: no group. */
  group: string;
  /** Whether it is backed up at the same instant as the others of the group. */
  sameInstant: boolean;
  attachedFiles: AttachedFileDraft[];
  folder: string;
  others: PlanDestination[];
  encryption: EncryptionDraft;
  method: BackupMethod;
  compression: Compression;
  verify: boolean;
  schedule: Schedule;
  timeZone: string | null;
  retention: Retention;
  restoreTest: RestoreTest | null;
  program: ProgramDraft;
}

/** Returns an empty form. */
export function emptyForm(): PlanForm {
  return {
    sourceKind: 'database',
    sourcePath: '',
    key: null,
    name: null,
    group: '',
    sameInstant: false,
    attachedFiles: [],
    folder: '',
    others: [],
    encryption: encryptionDraftOf(null),
    method: 'online',
    compression: 'gz',
    verify: true,
    schedule: { kind: 'daily', time: '02:00' },
    timeZone: null,
    retention: { ...KEEP_ALL, keepLast: 7, daily: 30, weekly: 12, monthly: 12 },
    restoreTest: null,
    program: NO_PROGRAM,
  };
}

/** Returns the form with everything that a template sets. */
export function withDraft(form: PlanForm, draft: PlanDraft): PlanForm {
  return {
    ...form,
    sourceKind: draft.sourceKind,
    ...(draft.sourcePath === null ? {} : { sourcePath: draft.sourcePath, key: null }),
    name: draft.name,
    group: draft.group ?? '',
    attachedFiles: attachedFileDraftsOf(draft.attachedFiles),
    folder: draft.destinationPath ?? form.folder,
    method: draft.method,
    compression: draft.compression,
    schedule: draft.schedule,
    timeZone: draft.timeZone,
    retention: draft.retention,
    restoreTest: draft.restoreTest,
    program: programDraftOf(draft),
  };
}

/** Returns the plan's name: what was typed, or what its source suggests. */
export function planNameOf({ name, sourceKind, attachedFiles }: PlanForm, suggested: string | undefined): string {
  if (name !== null) return name;
  const [first] = attachedFiles;
  if (sourceKind === 'files')
    return first === undefined || first.path.trim() === '' ? '' : attachedFileName(first.path);
  return suggested ?? '';
}

/** Returns whether the form is complete, apart from its source. */
export function isComplete(form: PlanForm, planName: string, known: readonly DestinationSummary[]): boolean {
  return (
    planName.trim() !== '' &&
    (form.sourceKind === 'database' || form.attachedFiles.length > 0) &&
    attachedFileProblems(form.attachedFiles).every(({ blocked }) => !blocked) &&
    !programProblems(form.program).blocked &&
    chosenDestinations(form, known).length > 0 &&
    !encryptionProblems(form.encryption, false).blocked
  );
}

/**
 * Returns the plan that a form describes.
 * @param encrypted whether the database is encrypted; then the given key opens it
 */
export function newPlanOf(
  form: PlanForm,
  planName: string,
  known: readonly DestinationSummary[],
  encrypted: boolean,
): Params<'plans.create'> {
  const {
    sourceKind,
    key,
    group,
    sameInstant,
    encryption,
    method,
    compression,
    schedule,
    timeZone,
    retention,
    restoreTest,
  } = form;
  const attachedFiles = attachedFilesOf(form.attachedFiles);
  const encryptionSecrets = encryptionSecretsOf(encryption);
  const files = sourceKind === 'files';
  return {
    name: planName.trim(),
    sourceKind,
    sourcePath: files ? (attachedFiles[0]?.path ?? '') : form.sourcePath.trim(),
    destinations: chosenDestinations(form, known),
    encryption: encryptionOf(encryption),
    ...(encryptionSecrets === undefined ? {} : { encryptionSecrets }),
    compression,
    method: files ? 'online' : method,
    schedule,
    timeZone,
    retention,
    verifyAfterBackup: form.verify,
    ...(restoreTest === null ? {} : { restoreTest: files ? { ...restoreTest, checks: [] } : restoreTest }),
    ...(key === null || !encrypted || files ? {} : { key }),
    ...programOf(form.program),
    // Settings of databases may be left over from another kind of source.
    ...(files ? { schemaVersion: null, lockFiles: [] } : {}),
    attachedFiles,
    group: group.trim() === '' ? null : group.trim(),
    sameInstant: sameInstant && group.trim() !== '',
  };
}

/** The folder first, unless it is one of the destinations already. */
function chosenDestinations(
  { folder, others }: PlanForm,
  known: readonly DestinationSummary[],
): Params<'plans.create'>['destinations'] {
  const path = folder.trim();
  const there = known.find(({ destination: { settings } }) => settings.kind === 'folder' && settings.path === path);
  const twice = others.some(({ destinationId }) => destinationId === there?.destination.id);
  return path === '' || twice ? [...others] : [{ path }, ...others];
}
