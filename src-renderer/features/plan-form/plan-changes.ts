import type { Plan, PlanDestination } from '../../../src-shared/model/plan.ts';
import { type PlanFields, type PlanForm, planFieldsOf, planFormOf } from './plan-form.ts';

/** Returns the settings of a form that differ from those of a plan. */
export function changesOf(form: PlanForm, plan: Plan): Partial<PlanFields> {
  return differing(planFieldsOf(form), planFieldsOf(planFormOf(plan)));
}

/** Returns whether a person could see in the form that one state of a plan is not the other. */
export function looksChanged(before: Plan, after: Plan): boolean {
  return Object.keys(changesOf(planFormOf(after), before)).length > 0;
}

/** Returns the form of a plan that was changed meanwhile, with what has been typed for its former state. */
export function rebasedForm(form: PlanForm, before: Plan, after: Plan): PlanForm {
  const { encryption, encryptionSecrets, ...typed } = changesOf(form, before);
  const rebased = planFormOf({ ...after, ...(typed as Partial<Plan>) });
  // Secrets are in no plan.
  return encryption === undefined && encryptionSecrets === undefined
    ? rebased
    : { ...rebased, encryption: form.encryption };
}

/** Returns the destinations of a plan with others added and removed; those that it keeps keep their own retention. */
export function changeDestinations(
  before: readonly PlanDestination[],
  added: readonly string[],
  removed: readonly string[],
): PlanDestination[] {
  const kept = before.filter(({ destinationId }) => !removed.includes(destinationId));
  const missing = added.filter((id) => !kept.some(({ destinationId }) => destinationId === id));
  return [...kept, ...missing.map((destinationId) => ({ destinationId, retention: null }))];
}

function differing(typed: PlanFields, saved: PlanFields): Partial<PlanFields> {
  const isTyped = ([field, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(saved[field as keyof PlanFields]);
  return Object.fromEntries(Object.entries(typed).filter(isTyped));
}
