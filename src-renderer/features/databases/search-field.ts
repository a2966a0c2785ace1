import { navigate } from '../../hooks/address.ts';

/** The id of the field that searches databases. */
export const SEARCH_ID = 'search-databases';

/** The field gets the focus once its page is there. */
let wanted = false;

/** Brings the focus to the field that searches databases, on its page. */
export function searchDatabases(): void {
  const field = document.getElementById(SEARCH_ID);
  if (field !== null) {
    field.focus();
    return;
  }
  wanted = true;
  navigate('/databases');
}

/** Follows the field as it comes and goes. */
export function followSearchField(field: HTMLElement | null): void {
  if (field === null || !wanted) return;
  wanted = false;
  field.focus();
}
