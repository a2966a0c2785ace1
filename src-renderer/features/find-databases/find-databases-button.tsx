import { IconDatabaseSearch } from '@tabler/icons-react';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { navigate } from '../../hooks/address.ts';
import { startSearch } from './use-search.ts';

/** Searches this machine for databases, and shows what is found. */
export function FindDatabasesButton() {
  const find = async (): Promise<void> => {
    navigate('/databases/find');
    await startSearch();
  };
  return (
    <ActionButton variant="default" leftSection={<IconDatabaseSearch size={16} aria-hidden />} act={find}>
      Find databases
    </ActionButton>
  );
}
