/** The parameters of the address that say what of a comparison is shown: one may be opened over a page with its own. */
export const COMPARED = { table: 'differing', change: 'change', text: 'containing' } as const;

/** What of a comparison is shown, before anything is chosen. */
export const NOTHING_CHOSEN = { [COMPARED.table]: '', [COMPARED.change]: '', [COMPARED.text]: '' };
