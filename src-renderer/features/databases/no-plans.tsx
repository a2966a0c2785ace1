import { Button, Group } from '@mantine/core';
import { IconDatabasePlus, IconDatabaseSearch, IconHistory, IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { EmptyState } from '../../components/layout/page.tsx';
import { navigate } from '../../hooks/address.ts';
import { startSearch } from '../find-databases/use-search.ts';

/** Leads to the form of a new plan. */
export function NewPlanButton({ variant = 'filled' }: { variant?: 'filled' | 'default' }) {
  return (
    <Button component={Link} to="/plans/new" variant={variant} leftSection={<IconPlus size={16} aria-hidden />}>
      New plan
    </Button>
  );
}

/** Stands where plans will be. */
export function NoPlans() {
  const find = async (): Promise<void> => {
    navigate('/plans/new/source');
    await startSearch();
  };
  return (
    <EmptyState
      icon={<IconDatabasePlus size={44} stroke={1.4} />}
      title="Nothing is backed up yet"
      action={
        <Group gap="sm" justify="center">
          <ActionButton leftSection={<IconDatabaseSearch size={16} aria-hidden />} act={find}>
            Find databases
          </ActionButton>
          <NewPlanButton variant="default" />
          <Button
            component={Link}
            to="/plans/recover"
            variant="default"
            leftSection={<IconHistory size={16} aria-hidden />}
          >
            I already have backups
          </Button>
        </Group>
      }
    >
      Find the databases of your programs, or create a plan: choose a database and a folder for its snapshots. Your
      backup status then appears here. To restore an existing backup file, drop it on this window.
    </EmptyState>
  );
}
