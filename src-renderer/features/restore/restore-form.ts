import { type UseFormReturnType, useForm } from '@mantine/form';
import type { RestoreCheck, RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { FilesCheck } from '../../../src-shared/model/restore/restore-files.ts';
import {
  choiceOf,
  choicesOf,
  fileWord,
  type RestoreChoice,
  type RestoreWhat,
  replacesFiles,
  type Targets,
  takesDatabase,
  targetsOf,
  totalsOf,
} from './restore-choice.ts';
import type { RestoreOrder } from './restore-order.ts';
import type { RestoreRequest } from './restore-store.ts';
import type { Described } from './use-described.ts';

/** A restore as it is typed; `null`: the default of the snapshot. */
export interface RestoreForm {
  source: RestoreSource;
  /** The day whose newest snapshot was chosen, as `YYYY-MM-DD`; empty: none. */
  day: string;
  what: RestoreWhat | null;
  attachedFile: string | null;
  /** Files and folders inside the attached file; none: all of it. */
  parts: string[];
  where: 'original' | 'other' | null;
  /** The other path. */
  path: string;
  /** A person has checked the path in the manifest of an imported snapshot. */
  isPathChecked: boolean;
}

export type RestoreFormApi = UseFormReturnType<RestoreForm>;

/** The form of a restore. @param onChange what is reviewed does not hold any longer */
export function useRestoreForm({ source, files }: RestoreRequest, onChange: () => void): RestoreFormApi {
  return useForm<RestoreForm>({
    initialValues: {
      ...{ source, day: '', path: '', isPathChecked: false, where: null },
      ...(files === undefined ? { what: null, attachedFile: null, parts: [] } : { what: 'one' as const, ...files }),
    },
    onValuesChange: onChange,
  });
}

/** A form together with the snapshot or file that it is about. */
export interface FilledForm {
  choice: RestoreChoice;
  targets: Targets;
  /** Whether items are restored to another path than the original one. */
  isElsewhere: boolean;
  /** A person has to check the original path: it comes from a manifest that others may have written. */
  asksToCheckPath: boolean;
  /** What to restore, and where; `null`: the form is incomplete. */
  order: RestoreOrder | null;
}

/** Returns what a form says about a snapshot or file. */
export function fillForm(form: RestoreForm, described: Described): FilledForm {
  const { what, attachedFile, parts } = form;
  const choice = choiceOf(
    { parts, ...(what === null ? {} : { what }), ...(attachedFile === null ? {} : { attachedFile }) },
    described,
  );
  const targets = targetsOf(described.attachedFiles, choice, described.suggestedTarget);
  const isElsewhere = targets.together.length === 0 && (targets.suggested === null || form.where === 'other');
  const asksToCheckPath = described.origin === 'imported' && !isElsewhere;
  const path = isElsewhere ? form.path.trim() : (targets.suggested ?? '');
  const isComplete =
    described.restorable &&
    choicesOf(described).length > 0 &&
    (path !== '' || !takesDatabase(choice)) &&
    (path !== '' || !isElsewhere) &&
    (form.isPathChecked || !asksToCheckPath);
  const to = isElsewhere && path !== targets.suggested ? path : '';
  const target = takesDatabase(choice) ? { targetPath: path, to: '' } : { targetPath: '', to };
  return {
    ...{ choice, targets, isElsewhere, asksToCheckPath },
    order: isComplete ? { source: form.source, choice, ...target } : null,
  };
}

/** The title of a review and its button; `word`: the name to type when something would be lost. */
export function reviewWords(database: RestoreCheck | null, files: FilesCheck | null, what: string) {
  const replaced = files !== null && replacesFiles(totalsOf(files));
  const name = files === null ? '' : fileWord(files);
  const called = name === 'files' ? 'the files' : name;
  if (database === null)
    return {
      word: replaced ? name : null,
      title: `${replaced ? 'Replace' : 'Restore'} ${called} ${replaced ? 'with' : 'from'} ${what}?`,
      button: `${replaced ? 'Replace' : 'Restore'} ${called}`,
    };
  const { target } = database;
  const also = files === null ? '' : ' and the files';
  return {
    word: replaced || losesRows(database) ? (target.exists ? target.name : name) : null,
    title: target.exists ? `Replace ${target.name}${also} with ${what}?` : `Restore ${what}?`,
    button: target.exists ? `Replace ${target.name}${also}` : `Restore to ${target.name}${also}`,
  };
}

/** Whether a restore loses rows of the database that it replaces, or may: damaged content and some tables have no count. */
export function losesRows({ target, rowsLost, tables }: RestoreCheck): boolean {
  if (!target.exists) return false;
  return rowsLost > 0 || target.damage !== null || tables.some(({ now }) => now === 'uncounted');
}
