import { ActionButton } from '../../components/forms/action-button.tsx';
import { startSearch, useActiveSearch } from './use-search.ts';

/** Starts a search, unless one is active. @param again there are results of an earlier one */
export function SearchButton({ again, size = 'sm' }: { again: boolean; size?: 'xs' | 'sm' }) {
  if (useActiveSearch() !== undefined) return null;
  return (
    <ActionButton variant="default" size={size} act={startSearch}>
      {again ? 'Search again' : 'Search this machine'}
    </ActionButton>
  );
}
