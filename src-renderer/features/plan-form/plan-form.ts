import type { Params } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { type HistorySettings, NO_HISTORY } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan, PlanDestination, RestoreTest, Retention } from '../../../src-shared/model/plan.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { PlanDraft } from '../../../src-shared/model/third-party/template-use.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { USUAL_RETENTION, USUAL_SCHEDULE } from '../../../src-shared/rules/usual-plan.ts';
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

/** A plan as it is typed: a new one, or the settings of an existing one. */
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
  tags: string[];
  attachedFiles: AttachedFileDraft[];
  /** A folder that becomes a destination; empty: none. */
  folder: string;
  others: PlanDestination[];
  encryption: EncryptionDraft;
  /** A passphrase is saved already. */
  keptPassphrase: boolean;
  method: BackupMethod;
  compression: Compression;
  verifyAfterBackup: boolean;
  /** In minutes; empty: the default. */
  timeLimit: number | string;
  schedule: Schedule;
  timeZone: string | null;
  retention: Retention;
  restoreTest: RestoreTest | null;
  history: HistorySettings;
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
    tags: [],
    attachedFiles: [],
    folder: '',
    others: [],
    encryption: encryptionDraftOf(null),
    keptPassphrase: false,
    method: 'online',
    compression: 'gz',
    verifyAfterBackup: true,
    timeLimit: '',
    schedule: USUAL_SCHEDULE,
    timeZone: null,
    retention: USUAL_RETENTION,
    restoreTest: null,
    history: NO_HISTORY,
    program: NO_PROGRAM,
  };
}

/** Returns the form of an existing plan. */
export function planFormOf(plan: Plan): PlanForm {
  const { sourceKind, sourcePath, name, sameInstant, method, compression, verifyAfterBackup } = plan;
  return {
    ...emptyForm(),
    ...{ sourceKind, sourcePath, name, sameInstant, method, compression, verifyAfterBackup },
    group: plan.group ?? '',
    tags: plan.tags,
    attachedFiles: attachedFileDraftsOf(plan.attachedFiles),
    others: plan.destinations,
    encryption: encryptionDraftOf(plan.encryption),
    keptPassphrase: plan.encryption?.kind === 'passphrase',
    timeLimit: plan.timeLimitMinutes ?? '',
    schedule: plan.schedule,
    timeZone: plan.timeZone,
    retention: plan.retention,
    restoreTest: plan.restoreTest,
    history: plan.history,
    program: programDraftOf(plan),
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

/** Returns what is wrong with a form, by the path of the field; a field that is only empty has no message. */
export function planErrors(form: PlanForm): Record<string, string> {
  const { blocked: _encryption, ...encryption } = encryptionProblems(form.encryption, form.keptPassphrase);
  const { blocked: _program, ...program } = programProblems(form.program);
  const names = attachedFileProblems(form.attachedFiles).map(({ name }, index) => [
    `attachedFiles.${index}.name`,
    name,
  ]);
  const errors = [
    ...Object.entries(encryption).map(([field, message]) => [`encryption.${field}`, message]),
    ...Object.entries(program).map(([field, message]) => [`program.${field}`, message]),
    ...names.filter(([, message]) => message !== undefined),
  ];
  return Object.fromEntries(errors);
}

/** Returns the fields of a plan that cannot be saved as they are. */
export function incompleteFields(form: PlanForm): ReadonlySet<keyof PlanFields> {
  const { sourceKind, attachedFiles, others, encryption, keptPassphrase, program } = form;
  const fields: Array<[keyof PlanFields, boolean]> = [
    ['name', form.name === null || form.name.trim() === ''],
    [
      'attachedFiles',
      (sourceKind === 'files' && attachedFiles.length === 0) ||
        attachedFileProblems(attachedFiles).some(({ blocked }) => blocked),
    ],
    ['destinations', others.length === 0],
    ['encryption', encryptionProblems(encryption, keptPassphrase).blocked],
    ['namePattern', programProblems(program).blocked],
  ];
  return new Set(fields.flatMap(([field, incomplete]) => (incomplete ? [field] : [])));
}

/** Returns whether the form of a new plan is complete, apart from its source. */
export function isComplete(form: PlanForm, planName: string, known: readonly DestinationSummary[]): boolean {
  const others = form.folder.trim() === '' ? form.others : chosenDestinations(form, known);
  return incompleteFields({ ...form, name: planName, others: others as PlanDestination[] }).size === 0;
}

/** The settings of a plan in a form, for a new plan and for a changed one. */
export type PlanFields = ReturnType<typeof planFieldsOf>;

/** Returns the settings of a plan in a form. */
export function planFieldsOf(form: PlanForm) {
  const { sameInstant, compression, method, verifyAfterBackup, schedule, timeZone, retention, restoreTest } = form;
  const group = form.group.trim();
  return {
    ...{ compression, method, verifyAfterBackup, schedule, timeZone, retention },
    name: form.name?.trim() ?? '',
    tags: form.tags,
    group: group === '' ? null : group,
    sameInstant: sameInstant && group !== '',
    attachedFiles: attachedFilesOf(form.attachedFiles),
    destinations: form.others,
    encryption: encryptionOf(form.encryption),
    encryptionSecrets: encryptionSecretsOf(form.encryption),
    timeLimitMinutes: form.timeLimit === '' ? null : Number(form.timeLimit),
    history: form.history,
    restoreTest: restoreTest ?? undefined,
    ...programOf(form.program),
  };
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
  const { sourceKind, key, restoreTest } = form;
  const { attachedFiles, ...fields } = planFieldsOf({ ...form, name: planName });
  const files = sourceKind === 'files';
  return {
    ...fields,
    sourceKind,
    sourcePath: files ? (attachedFiles[0]?.path ?? '') : form.sourcePath.trim(),
    attachedFiles,
    destinations: chosenDestinations(form, known),
    ...(key === null || !encrypted || files ? {} : { key }),
    // Settings of databases may be left over from another kind of source.
    ...(files ? { method: 'online', schemaVersion: null, lockFiles: [], history: NO_HISTORY } : {}),
    ...(files && restoreTest !== null ? { restoreTest: { ...restoreTest, checks: [] } } : {}),
  };
}

/** The folder first, unless it is one of the destinations already. */
function chosenDestinations(
  { folder, others }: PlanForm,
  known: readonly DestinationSummary[],
): Params<'plans.create'>['destinations'] {
  const path = folder.trim();
  const existing = known.find(({ destination: { settings } }) => settings.kind === 'folder' && settings.path === path);
  const twice = others.some(({ destinationId }) => destinationId === existing?.destination.id);
  return path === '' || twice ? [...others] : [{ path }, ...others];
}
