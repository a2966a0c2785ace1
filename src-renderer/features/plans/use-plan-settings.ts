import { useEffect, useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { type Action, useAction } from '../../hooks/use-action.ts';
import { changesOf, looksChanged, rebasedForm } from '../plan-form/plan-changes.ts';
import { incompleteFields, type PlanFields, planFormOf } from '../plan-form/plan-form.ts';
import { type PlanFormApi, usePlanForm } from '../plan-form/use-plan-form.ts';

/** The settings of a plan while they are edited. */
export interface PlanSettings {
  form: PlanFormApi;
  action: Action;
  /** What has been typed and is not saved. */
  changes: Partial<PlanFields>;
  unsaved: boolean;
  /** A field cannot be saved as it is. */
  incomplete: boolean;
  /** The plan was changed elsewhere while it was edited here. */
  changedElsewhere: boolean;
  /** Saves the changes. @param pruneConfirmation of the review of a changed retention */
  save(pruneConfirmation?: string): Promise<void>;
  discard(): void;
  /** Puts the changes on top of what was changed elsewhere. */
  keepChanges(): void;
}

/**
 * Edits the settings of a plan. Until something is typed, the form follows the plan; then nothing is saved over what was
 * changed elsewhere before a person has decided.
 */
export function usePlanSettings(plan: Plan): PlanSettings {
  const form = usePlanForm(() => planFormOf(plan));
  const [base, setBase] = useState(plan);
  const action = useAction('here');
  const changes = changesOf(form.values, base);
  const unsaved = Object.keys(changes).length > 0;
  const [saving, setSaving] = useState(false);
  const newer = !saving && plan.updatedAt > base.updatedAt;
  const changedElsewhere = newer && unsaved && looksChanged(base, plan);
  const begin = (from: Plan): void => {
    setBase(from);
    form.setValues(planFormOf(from));
  };
  useEffect(() => {
    if (!newer || changedElsewhere) return;
    setBase(plan);
    if (!unsaved) form.setValues(planFormOf(plan));
  });
  return {
    ...{ form, action, changes, unsaved, changedElsewhere },
    incomplete: incompleteFields(form.values).size > 0,
    save: async (pruneConfirmation) => {
      const review = pruneConfirmation === undefined ? {} : { pruneConfirmation };
      setSaving(true);
      try {
        const given = { planId: plan.id, ...changes, ...review, unchangedSince: base.updatedAt };
        begin(await client.call('plans.update', given));
      } finally {
        setSaving(false);
      }
    },
    discard: () => action.run(async () => begin(newer ? plan : base)),
    keepChanges: () => {
      form.setValues(rebasedForm(form.values, base, plan));
      setBase(plan);
    },
  };
}
