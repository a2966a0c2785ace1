import { emptyForm, type PlanForm } from '../plan-form/plan-form.ts';

/*
 * A new plan as far as it has been typed, for as long as the tab is open: a reload and a look at another page lose nothing
 * but keys and passphrases, which are never stored.
 */

const KEY = 'snapkeep.new-plan';

/** Keeps what was typed, without secrets. */
export function keepDraft(form: PlanForm): void {
  const encryption = { ...form.encryption, passphrase: '', again: '', identity: '' };
  sessionStorage.setItem(KEY, JSON.stringify({ ...form, key: null, encryption }));
}

/** Returns what was typed before; an empty form where nothing was. */
export function keptDraft(): PlanForm {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? emptyForm() : { ...emptyForm(), ...(JSON.parse(kept) as PlanForm) };
}

/** Forgets it: the plan was created, or the person starts over. */
export function dropDraft(): void {
  sessionStorage.removeItem(KEY);
}
