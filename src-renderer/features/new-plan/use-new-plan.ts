import type { FoundDatabase } from '../../../src-shared/model/found-database.ts';
import { freeName } from '../../../src-shared/rules/find/program-names.ts';
import { useAnswer, useKept } from '../../stores/core.ts';
import { followTemplate } from '../attached-files/attached-file-draft.ts';
import { incompleteFields, isComplete, type PlanForm, planNameOf, withDraft } from '../plan-form/plan-form.ts';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { type ChosenTemplate, useChosenTemplate } from '../templates/use-templates.ts';
import type { CompleteSteps } from './steps.tsx';
import { type Places, usePlaces } from './use-places.ts';
import { type CheckedSource, useSource } from './use-source.ts';

/** How many found databases are fetched for their names; the page that finds them lists all. */
const MOST_FOUND = 100;

/** What is known of a plan that is being typed. */
export interface NewPlan {
  checked: CheckedSource;
  chosen: ChosenTemplate;
  /** The chosen template becomes a group of plans, which have a form of their own. */
  severalParts: boolean;
  found: readonly FoundDatabase[];
  places: Places;
  /** The name that was typed, or that the source suggests. */
  name: string;
  /** The database is encrypted, and so are its snapshots. */
  encrypted: boolean;
  /** The database is encrypted and its snapshots are not: it cannot be dumped. */
  noDump: boolean;
  complete: CompleteSteps;
  /** The plan can be created. */
  ready: boolean;
}

/** Follows a form: checks its source, its destinations and whether it is complete. */
export function useNewPlan(form: PlanFormApi): NewPlan {
  const { values } = form;
  const database = values.sourceKind === 'database';
  const path = values.sourcePath.trim();
  const checked = useSource(database ? path : '', values.key);
  const { source, problem, locked } = checked;
  const chosen = useChosenTemplate(
    source?.path ?? null,
    ({ draft }) => form.setValues((now) => withDraft(now as PlanForm, draft)),
    (before, after) =>
      form.setFieldValue('attachedFiles', (now) =>
        followTemplate(now, before.draft.attachedFiles, after.draft.attachedFiles),
      ),
  );
  const known = useKept('destinations.list', (list) => list);
  const found = useAnswer('databases.listFound', { limit: MOST_FOUND }).value?.databases ?? [];
  const places = usePlaces(form, sourcePathsOf(values), true);
  const name = useFreeName(
    values,
    found.find((each) => each.path === path)?.suggestedPlanName ?? source?.suggestedPlanName,
  );
  const encrypted = database && source?.databaseEncryption != null;
  const noDump = encrypted && values.encryption.kind === 'none';
  // Before the answer of a check, for example while the connection is lost, nothing that was complete becomes incomplete.
  const refused = database && (problem !== null || source?.databaseEncryption?.locked === true);
  const complete = {
    source:
      !refused &&
      (database ? path !== '' : true) &&
      !incompleteFields({ ...values, name: 'any', others: [] }).has('attachedFiles'),
    destinations: values.folder.trim() !== '' || values.others.length > 0,
  };
  return {
    ...{ checked, chosen, found, places, name, encrypted, noDump, complete },
    severalParts: chosen.applied !== null && chosen.part === null,
    ready:
      known !== null &&
      isComplete(values, name, known) &&
      complete.source &&
      (!database || (source !== null && !locked && !(noDump && values.method === 'dump'))),
  };
}

/** Returns the paths that a plan backs up. */
function sourcePathsOf({ sourceKind, sourcePath, attachedFiles }: PlanForm): string[] {
  const paths = sourceKind === 'database' ? [sourcePath] : attachedFiles.map(({ path }) => path);
  return paths.map((path) => path.trim()).filter((path) => path !== '');
}

/** Returns the name of the plan; a suggested one is made free, so that nobody has to type another. */
function useFreeName(form: PlanForm, suggested: string | undefined): string {
  const plans = useKept('plans.list', (list) => list) ?? [];
  const name = planNameOf(form, suggested);
  if (form.name !== null || name === '') return name;
  return freeName(name, new Set(plans.map(({ plan }) => plan.name.toLowerCase())));
}
